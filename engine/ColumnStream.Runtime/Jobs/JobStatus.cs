namespace ColumnStream.Runtime.Jobs;

/// <summary>Names where a job stands.</summary>
public enum JobStatus : byte
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>All inputs ended and everything is written and committed.</summary>
    Finished,

    /// <summary>It was cancelled; with checkpoints, a last one was taken and committed.</summary>
    Cancelled,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>An earlier run had finished it; nothing was done.</summary>
    AlreadyFinished,

    /// <summary>It failed and waits for its next attempt, or is being restored.</summary>
    Restarting,
}
