using System;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Transport;
using ColumnStream.Runtime.Upgrades;

namespace ColumnStream.Runtime.Jobs;

/// <summary>States how one job is run.</summary>
/// <param name="JobId">Identity of the job, stable across restarts.</param>
public sealed record JobOptions(string JobId)
{
    /// <summary>Gets the store of the job's checkpoints, rooted at the job's own folder; null takes none.</summary>
    /// <remarks>Without it a failed job shows nothing of its exactly-once sinks and starts again from nothing.</remarks>
    public IObjectStore? Checkpoints { get; init; }

    /// <summary>Gets where the job starts.</summary>
    public RestoreMode Restore { get; init; } = RestoreMode.Latest;

    /// <summary>Gets the store of <see cref="RestoreMode.Path"/>, rooted at that job's folder.</summary>
    public IObjectStore? RestoreFrom { get; init; }

    /// <summary>Gets the epoch of <see cref="RestoreMode.Path"/>; null takes a savepoint, or the newest checkpoint.</summary>
    public long? RestoreEpoch { get; init; }

    /// <summary>Gets how the user calls <see cref="RestoreFrom"/>.</summary>
    public string RestoreAddress { get; init; } = "the path to restore from";

    /// <summary>Gets how records of the job call <see cref="RestoreFrom"/>; null says it as the user does.</summary>
    public string? RestoreOrigin { get; init; }

    /// <summary>Gets what opens a recorded <see cref="RestoreOrigin"/>; null opens none.</summary>
    public Func<string, IObjectStore>? OpenOrigin { get; init; }

    /// <summary>Gets whether a savepoint that was restored is removed once the job has a checkpoint of its own.</summary>
    public bool ClaimsRestored { get; init; }

    /// <summary>Gets whether a savepoint can be taken though there is no store for checkpoints.</summary>
    public bool AllowsSavepoints { get; init; }

    /// <summary>Gets whether cancelling ends the job where it stands: whoever took its rows wants no more, and nothing is to be kept.</summary>
    public bool CancelsAtOnce { get; init; }

    /// <summary>Gets what somebody agreed to where the plan is not the one that wrote the checkpoint.</summary>
    public UpgradeConsent UpgradeConsent { get; init; }

    /// <summary>Gets <c>execution.checkpointing.interval</c>; null takes only the last checkpoint of a job that ends.</summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>Gets how often checkpoints are taken, what they hold, and how long they stay.</summary>
    public CheckpointOptions Checkpointing { get; init; } = new();

    /// <summary>Gets how many checkpoints may fail in a row.</summary>
    public int TolerableFailedCheckpoints { get; init; } = 3;

    /// <summary>Gets <c>integrity.ledger</c>: whether checkpoints record rows and checksums in and out.</summary>
    public bool HasLedger { get; init; } = true;

    /// <summary>Gets <c>execution.checkpointing.timeout</c>: a checkpoint that is not complete by then is given up.</summary>
    public TimeSpan CheckpointTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets what happens after a failure.</summary>
    public RestartOptions Restart { get; init; } = new();

    /// <summary>Gets the largest batch of a source, in rows.</summary>
    public int MaxRows { get; init; } = 4096;

    /// <summary>Gets the seed of random cuts of the sources' batches, for tests; null cuts none.</summary>
    public int? RandomCutsSeed { get; init; }

    /// <summary>Gets the window of each channel between tasks, in bytes.</summary>
    public long ChannelCreditBytes { get; init; } = 1 << 20;

    /// <summary>Gets the transport that elements take between tasks; null hands them over inside the process.</summary>
    public ExchangeRoute? Exchange { get; init; }

    /// <summary>Gets whether the job runs in batch mode: final rows only.</summary>
    public bool IsBatch { get; init; }

    /// <summary>Gets the seed of all randomness of the job.</summary>
    public int Seed { get; init; }

    /// <summary>Gets what tells this run from others; null makes one from time and process. Simulations set it.</summary>
    public string? Nonce { get; init; }

    /// <summary>Gets <c>table.local-time-zone</c>.</summary>
    public string LocalTimeZone { get; init; } = "UTC";

    /// <summary>Gets the most native bytes of the job.</summary>
    public long MemoryLimitBytes { get; init; } = long.MaxValue;

    /// <summary>Gets <c>io.tmp.dirs</c>: local folders for state that memory has no room for; null names the system's.</summary>
    public string? SpillFolders { get; init; }

    /// <summary>Gets whether state goes to disk whenever it may: for tests.</summary>
    public bool SpillsAlways { get; init; }

    /// <summary>Gets the job's share of the workers relative to other jobs.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Gets whether the edges between operators are checked: schemas, watermarks, row kinds, order.</summary>
    public bool Checks { get; init; }

    /// <summary>Gets what receives warnings for the user, one line each; called from any thread.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Gets what opens the buckets of tables by their address, <c>oss://name</c>.</summary>
    public Func<string, IBucket> OpenBucket { get; init; } = Buckets.Unknown;
}
