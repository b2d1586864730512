namespace ColumnStream.Runtime.Savepoints;

/// <summary>Names what becomes of a job behind a savepoint.</summary>
public enum SavepointStop : byte
{
    /// <summary>It runs on.</summary>
    GoOn,

    /// <summary>Its sources stop in front of the savepoint, and it ends behind it: a run restored from there goes on.</summary>
    Suspend,

    /// <summary>Its inputs end in front of the savepoint, with the greatest watermark: it gives all results and is over.</summary>
    Drain,
}
