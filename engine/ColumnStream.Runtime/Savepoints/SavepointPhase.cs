namespace ColumnStream.Runtime.Savepoints;

/// <summary>Names how far a savepoint has come.</summary>
public enum SavepointPhase : byte
{
    /// <summary>Another checkpoint is under way, or inputs are being drained.</summary>
    Waiting,

    /// <summary>Its barrier is under way.</summary>
    Snapshotting,

    /// <summary>State is copied into its folder.</summary>
    Copying,

    /// <summary>It can be restored.</summary>
    Done,

    /// <summary>It was given up; its folder cannot be restored.</summary>
    Failed,
}
