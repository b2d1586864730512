namespace ColumnStream.Testing.Simulation;

/// <summary>Names how a sweep lets one call go wrong.</summary>
public enum SweptFault
{
    /// <summary>The call fails once and did nothing.</summary>
    Once,

    /// <summary>The call fails once although it did its work.</summary>
    OnceApplied,

    /// <summary>Half of the object stands under its name and the call fails.</summary>
    Torn,

    /// <summary>This call and all behind it fail, until the process ends.</summary>
    FromThenOn,
}
