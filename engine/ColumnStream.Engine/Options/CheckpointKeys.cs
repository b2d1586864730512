namespace ColumnStream.Engine.Options;

/// <summary>Names the options of checkpoints beyond folder and interval.</summary>
public static class CheckpointKeys
{
    /// <summary>Key of whether checkpoints go on when some tasks have ended.</summary>
    public const string AfterTasksFinish = "execution.checkpointing.checkpoints-after-tasks-finish";

    /// <summary>Key of what becomes of checkpoints when a job is cancelled.</summary>
    public const string Retention = "execution.checkpointing.externalized-checkpoint-retention";

    /// <summary>Key of whether checkpoints hold changes only.</summary>
    public const string Incremental = "execution.checkpointing.incremental";

    /// <summary>Key of the interval while a source catches up.</summary>
    public const string IntervalDuringBacklog = "execution.checkpointing.interval-during-backlog";

    /// <summary>Key of how many checkpoints may be under way.</summary>
    public const string MaxConcurrent = "execution.checkpointing.max-concurrent-checkpoints";

    /// <summary>Key of the pause between checkpoints.</summary>
    public const string MinPause = "execution.checkpointing.min-pause";

    /// <summary>Key of whether barriers wait for each other.</summary>
    public const string Mode = "execution.checkpointing.mode";

    /// <summary>Key of how many checkpoints are kept.</summary>
    public const string Retained = "execution.checkpointing.num-retained";

    /// <summary>Key of where checkpoints are written.</summary>
    public const string Storage = "execution.checkpointing.storage";

    /// <summary>Key of the integrity ledger.</summary>
    public const string Ledger = "integrity.ledger";
}
