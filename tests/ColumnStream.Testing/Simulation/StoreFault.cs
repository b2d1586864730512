namespace ColumnStream.Testing.Simulation;

/// <summary>Names how a call of a simulated store goes wrong.</summary>
public enum StoreFault
{
    /// <summary>The store answers that it failed, and did nothing.</summary>
    ServerError,

    /// <summary>No answer comes, and nothing was done.</summary>
    TimeoutNotApplied,

    /// <summary>No answer comes, and everything was done.</summary>
    TimeoutApplied,

    /// <summary>Half of an object stands under its name.</summary>
    TornWrite,

    /// <summary>The answer is right and late.</summary>
    Slow,
}
