namespace ColumnStream.Testing.Simulation;

/// <summary>States what may go wrong in a history; everything by default. How often is drawn by the seed.</summary>
public sealed record SimulatedFaults
{
    /// <summary>Gets the faults of a history in which nothing goes wrong.</summary>
    public static SimulatedFaults None { get; } = new()
    {
        MostKills = 0, Store = false, Zombies = false, Rescaling = false, Commits = false, Writes = false, Damage = false, Spill = false,
        Restarts = false, Savepoints = false, Network = false,
    };

    /// <summary>Gets the most processes that are killed.</summary>
    public int MostKills { get; init; } = 12;

    /// <summary>Gets whether the store of checkpoints answers with errors, late, not at all, or tears files.</summary>
    public bool Store { get; init; } = true;

    /// <summary>Gets whether processes taken for dead go on beside the ones started instead of them.</summary>
    public bool Zombies { get; init; } = true;

    /// <summary>Gets whether restarts change the parallelism.</summary>
    public bool Rescaling { get; init; } = true;

    /// <summary>Gets whether commits of sinks fail at first.</summary>
    public bool Commits { get; init; } = true;

    /// <summary>Gets whether writes of sinks fail in the background.</summary>
    public bool Writes { get; init; } = true;

    /// <summary>Gets whether files of the newest checkpoint are damaged at times, which has to be noticed; then mended.</summary>
    public bool Damage { get; init; } = true;

    /// <summary>Gets whether some processes keep their state on local disk as soon as they may.</summary>
    public bool Spill { get; init; } = true;

    /// <summary>Gets whether jobs fail and begin again inside their process, as a drawn strategy says.</summary>
    public bool Restarts { get; init; } = true;

    /// <summary>Gets whether some jobs stop behind a savepoint in the middle and begin a new life from it.</summary>
    public bool Savepoints { get; init; } = true;

    /// <summary>Gets whether the exchanges of some processes lead over a network between several nodes, on which things go wrong.</summary>
    public bool Network { get; init; } = true;
}
