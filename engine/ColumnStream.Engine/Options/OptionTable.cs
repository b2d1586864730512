using System;
using System.Collections.Frozen;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Engine.Options;

/// <summary>Lists every option that SET and -D know, sorted by key: one line each.</summary>
public static class OptionTable
{
    /// <summary>Key of the batch size.</summary>
    public const string BatchSize = "execution.batch-size";

    /// <summary>Key of the checkpoint folder.</summary>
    public const string CheckpointFolder = "execution.checkpointing.dir";

    /// <summary>Key of the checkpoint interval.</summary>
    public const string CheckpointInterval = "execution.checkpointing.interval";

    /// <summary>Key of the folder of savepoints.</summary>
    public const string SavepointFolder = "execution.checkpointing.savepoint-dir";

    /// <summary>Key of whether a run owns the savepoint that it is restored from.</summary>
    public const string ClaimMode = "execution.state-recovery.claim-mode";

    /// <summary>Key of the savepoint or checkpoint that a job is restored from.</summary>
    public const string RecoveryPath = "execution.state-recovery.path";

    /// <summary>Key of whether a new aggregate may begin in the middle.</summary>
    public const string PartialHistory = "execution.state-recovery.allow-partial-history";

    /// <summary>Key of whether state without a place is dropped at a restore.</summary>
    public const string UnclaimedState = "execution.state-recovery.ignore-unclaimed-state";

    /// <summary>Key of the runtime mode.</summary>
    public const string RuntimeMode = "execution.runtime-mode";

    /// <summary>Key of the parallelism.</summary>
    public const string Parallelism = "parallelism.default";

    /// <summary>Key of the job's name.</summary>
    public const string PipelineName = "pipeline.name";

    /// <summary>Key of how a session shows rows that change.</summary>
    public const string ResultMode = "sql-client.execution.result-mode";

    /// <summary>Key of whether INSERT waits for its job.</summary>
    public const string DmlSync = "table.dml-sync";

    /// <summary>Key of the ended jobs that a server remembers.</summary>
    public const string JobStoreCapacity = "jobstore.max-capacity";

    /// <summary>Key of how long a server remembers ended jobs.</summary>
    public const string JobStoreExpiration = "jobstore.expiration-time";

    /// <summary>Key of the session's time zone.</summary>
    public const string LocalTimeZone = "table.local-time-zone";

    /// <summary>Key of the default watermark strategy.</summary>
    public const string WatermarkStrategy = "scan.watermark.emit.strategy";

    /// <summary>Key of the default idle timeout.</summary>
    public const string IdleTimeout = "table.exec.source.idle-timeout";

    /// <summary>Key of the memory limit.</summary>
    public const string MemoryLimit = "memory.limit";

    /// <summary>Names the local folders of what memory has no room for.</summary>
    public const string TemporaryFolders = "io.tmp.dirs";

    /// <summary>Key of the failures that a job tolerates in a row.</summary>
    public const string TolerableFailures = "execution.checkpointing.tolerable-failed-checkpoints";

    /// <summary>Key of what happens after a failure; its further keys begin with <c>restart-strategy.</c>.</summary>
    public const string RestartStrategy = "restart-strategy.type";

    /// <summary>Key of the time that a checkpoint may take.</summary>
    public const string CheckpointTimeout = "execution.checkpointing.timeout";

    /// <summary>Key of whether barriers overtake rows.</summary>
    public const string UnalignedCheckpoints = "execution.checkpointing.unaligned.enabled";

    /// <summary>Key of the seed of everything random.</summary>
    public const string Seed = "execution.seed";

    /// <summary>Key of the largest random batch cut.</summary>
    public const string RandomCuts = "execution.batch-random-cuts";

    /// <summary>Key of the credit of a channel.</summary>
    public const string ChannelCredit = "execution.channel-credit";

    /// <summary>Key of the way that elements take between tasks.</summary>
    public const string ExchangeTransport = "exchange.transport";

    /// <summary>Key of the operator checks.</summary>
    public const string CheckOperators = "execution.check-operators";

    /// <summary>Key of the choice what becomes of NULL in a NOT NULL column of a sink.</summary>
    public const string NotNullEnforcer = "table.exec.sink.not-null-enforcer";

    /// <summary>Key of the choice what becomes of text that does not fit a sink's column.</summary>
    public const string LengthEnforcer = "table.exec.sink.type-length-enforcer";

    /// <summary>Key of the choice whether sinks get a materialiser.</summary>
    public const string Materialize = "table.exec.sink.upsert-materialize";

    /// <summary>Key of the choice whether rows go to a sink by its key.</summary>
    public const string KeyedShuffle = "table.exec.sink.keyed-shuffle";

    /// <summary>Key of the choice whether changelog sources may tell a change twice.</summary>
    public const string SourceDuplicates = "table.exec.source.cdc-events-duplicate";

    /// <summary>Key of the choice what becomes of state that nothing bounds.</summary>
    public const string StateUnbounded = "table.exec.state.unbounded";

    /// <summary>Key of the choice whether values that later changes need must be deterministic.</summary>
    public const string Nondeterminism = "table.optimizer.non-deterministic-update.strategy";

    /// <summary>Key of the choice whether equal steps of a job run once.</summary>
    public const string ReuseSubPlans = "table.optimizer.reuse-sub-plan-enabled";

    /// <summary>Key of the time that state lives.</summary>
    public const string StateTtl = "table.exec.state.ttl";

    /// <summary>Key of the phases of aggregations.</summary>
    public const string AggPhases = "table.optimizer.agg-phase-strategy";

    /// <summary>Key of the time behind the end of a window of GROUP BY for which late rows count.</summary>
    public const string AllowLateness = "table.exec.emit.allow-lateness";

    /// <summary>Key of the time between early results.</summary>
    public const string EarlyFireDelay = "table.exec.emit.early-fire.delay";

    /// <summary>Key of whether there are early results.</summary>
    public const string EarlyFire = "table.exec.emit.early-fire.enabled";

    /// <summary>Key of the time between late results.</summary>
    public const string LateFireDelay = "table.exec.emit.late-fire.delay";

    /// <summary>Key of whether late results wait.</summary>
    public const string LateFire = "table.exec.emit.late-fire.enabled";

    /// <summary>Key of the table that takes rows that come too late.</summary>
    public const string LateRowsTable = "table.exec.late-rows.table";

    /// <summary>Key of the split of DISTINCT aggregations by buckets.</summary>
    public const string DistinctSplit = "table.optimizer.distinct-agg.split.enabled";

    /// <summary>Key of the buckets of a split DISTINCT aggregation.</summary>
    public const string DistinctBuckets = "table.optimizer.distinct-agg.split.bucket-num";

    /// <summary>Key of the most requests of a lookup join at once.</summary>
    public const string LookupCapacity = "table.exec.async-lookup.buffer-capacity";

    /// <summary>Key of whether rows leave a lookup join in their order.</summary>
    public const string LookupOutputMode = "table.exec.async-lookup.output-mode";

    /// <summary>Key of the longest that a lookup may take.</summary>
    public const string LookupTimeout = "table.exec.async-lookup.timeout";

    private static readonly List<string> Secrets = ["password", "secret", "token"];

    /// <summary>Gets all options.</summary>
    public static IReadOnlyList<OptionDefinition> All { get; } =
    [
        new(ExchangeTransport, OptionKind.Choice, "local",
            "How rows go from one subtask to another: handed over, or as between nodes, to try that on one machine.",
            Values: "local|flight|flight-unix|in-process"),
        new(RandomCuts, OptionKind.Boolean, "false", "Cut batches at random places, by the seed; for tests."),
        new(BatchSize, OptionKind.Integer, "4096", "Most rows of a source's batch.", Range: "1..1048576"),
        new(ChannelCredit, OptionKind.Bytes, "1 mb", "Bytes that one channel of an exchange may hold."),
        new(CheckOperators, OptionKind.Boolean, "false", "Check every operator's output against its promises."),
        new(CheckpointKeys.AfterTasksFinish, OptionKind.Boolean, "true",
            "Whether checkpoints go on when some tasks have ended; the one at a job's end is always taken.",
            Alias: "execution.checkpointing.checkpoints-after-tasks-finish.enabled"),
        new(CheckpointFolder, OptionKind.Text, ".columnstream/checkpoints",
            "Where checkpoints lie, a folder below it for each job: a path, file:///path or oss://bucket/path.",
            Alias: "state.checkpoints.dir"),
        new(CheckpointKeys.Retention, OptionKind.Choice, "RETAIN_ON_CANCELLATION",
            "What becomes of checkpoints when a job is cancelled; those of a failed one stay. Kept, the same command goes on.",
            Values: "RETAIN_ON_CANCELLATION|DELETE_ON_CANCELLATION|NO_EXTERNALIZED_CHECKPOINTS"),
        new(CheckpointKeys.Incremental, OptionKind.Boolean, "true", "Whether checkpoints may hold only what changed.",
            Alias: "state.backend.incremental"),
        new(CheckpointInterval, OptionKind.Duration, null, "Time between checkpoints; none without it unless --restore is given."),
        new(CheckpointKeys.IntervalDuringBacklog, OptionKind.Duration, null,
            "Accepted and not needed: no source here says that it has a backlog."),
        new(CheckpointKeys.MaxConcurrent, OptionKind.Integer, "1",
            "Checkpoints under way at once: one, so that an epoch begins where the last one is committed.", Range: "1..1"),
        new(CheckpointKeys.MinPause, OptionKind.Duration, "0 ms", "Least time from the end of a checkpoint to the next one."),
        new(CheckpointKeys.Mode, OptionKind.Choice, "EXACTLY_ONCE",
            "Whether a channel waits at its barrier for the others; without that, rows may count twice after a failure.",
            Values: "EXACTLY_ONCE|AT_LEAST_ONCE"),
        new(CheckpointKeys.Retained, OptionKind.Integer, "3", "Checkpoints that are kept.", Range: "1..1000000",
            Alias: "state.checkpoints.num-retained"),
        new(SavepointFolder, OptionKind.Text, ".columnstream/savepoints",
            "Where savepoints go, each in a folder of its own below it: a path, file:///path or oss://bucket/path.",
            Alias: "state.savepoints.dir"),
        new(CheckpointKeys.Storage, OptionKind.Choice, "filesystem",
            "Accepted and not needed: checkpoints go to execution.checkpointing.dir, never into a process.", Values: "filesystem",
            Alias: "state.checkpoint-storage"),
        new(CheckpointTimeout, OptionKind.Duration, "10 min", "Time after which a checkpoint that is not complete is given up."),
        new(TolerableFailures, OptionKind.Integer, "3", "Failed checkpoints in a row that a job tolerates.",
            Range: "0..2147483647"),
        new(UnalignedCheckpoints, OptionKind.Boolean, "false",
            "Whether barriers overtake rows that wait in channels; only false, which lowering execution.channel-credit replaces.",
            Alias: "execution.checkpointing.unaligned"),
        new(RuntimeMode, OptionKind.Choice, "streaming", "How a job runs.", Values: "streaming|batch"),
        new(Seed, OptionKind.Integer, "42", "Seed of everything random."),
        new(PartialHistory, OptionKind.Boolean, "false",
            "Whether a new aggregate of groups that a checkpoint knows may begin there, without the rows before it."),
        new(ClaimMode, OptionKind.Choice, "NO_CLAIM",
            "Who owns the savepoint that a job is restored from: CLAIM removes it once the job has a checkpoint of its own.",
            Values: "NO_CLAIM|CLAIM", Alias: "execution.savepoint-restore-mode"),
        new(UnclaimedState, OptionKind.Boolean, "false",
            "Whether state of a checkpoint that has no place in the statements is dropped; refused without it."),
        new(RecoveryPath, OptionKind.Text, null, "The savepoint or checkpoint that INSERT jobs start from, as --restore says.",
            Alias: "execution.savepoint.path"),
        new("fs.oss.accessKeyId", OptionKind.Text, null, "Access key of OSS; else OSS_ACCESS_KEY_ID of the environment.",
            IsSecret: true),
        new("fs.oss.accessKeySecret", OptionKind.Text, null, "Its secret; else OSS_ACCESS_KEY_SECRET.", IsSecret: true),
        new("fs.oss.attempts.maximum", OptionKind.Integer, null, "How often a request is tried: 6.", Range: "1..100"),
        new("fs.oss.bucket.*", OptionKind.Text, null, "Any of these options for one bucket: fs.oss.bucket.NAME.accessKeyId.",
            IsSecret: true),
        new("fs.oss.connection.timeout", OptionKind.Integer, null, "Milliseconds that a request may take: 30000.",
            Range: "100..3600000"),
        new("fs.oss.credentials.uri", OptionKind.Text, null, "Address that gives temporary keys as JSON, fetched before they end."),
        new("fs.oss.endpoint", OptionKind.Text, null, "Host of OSS: oss-cn-hangzhou.aliyuncs.com."),
        new("fs.oss.multipart.upload.parallelism", OptionKind.Integer, null, "Parts of one object under way at once: 4.",
            Range: "1..64"),
        new("fs.oss.multipart.upload.size", OptionKind.Bytes, null, "Size from which objects go in parts, and of a part: 8 mb."),
        new("fs.oss.path.style.access", OptionKind.Boolean, null, "Whether the bucket stands in the path; by the host without it."),
        new("fs.oss.region", OptionKind.Text, null, "Region, where the endpoint does not tell it: cn-hangzhou."),
        new("fs.oss.securityToken", OptionKind.Text, null, "Token of a temporary access key.", IsSecret: true),
        new("fs.oss.signature.version", OptionKind.Choice, null, "How requests are signed: V4.", Values: "V1|V4"),
        new(CheckpointKeys.Ledger, OptionKind.Boolean, "true",
            "Whether checkpoints record rows and checksums in and out, for SHOW INTEGRITY FOR JOB."),
        new(JobStoreExpiration, OptionKind.Duration, "7 d",
            "Time for which a server remembers how a job ended; read when it starts."),
        new(JobStoreCapacity, OptionKind.Integer, "1000",
            "Ended jobs that a server remembers at most, the newest; read when it starts.", Range: "1..1000000"),
        new(TemporaryFolders, OptionKind.Text, null,
            "Local folders between commas for state that memory.limit leaves no room for; the system's folder without it."),
        new(MemoryLimit, OptionKind.Bytes, null, "Native memory that the process may use; state that has no room goes to disk."),
        new(Parallelism, OptionKind.Integer, "1", "Subtasks of each step.", Range: "1..1024"),
        new(PipelineName, OptionKind.Text, null, "Name of the job; the script's name without it."),
        new("restart-strategy.exponential-delay.attempts-before-reset-backoff", OptionKind.Integer, "2147483647",
            "Restarts after which the job fails, unless it ran long enough meanwhile; without a bound, a row or a limit that "
            + "fails three times behind one checkpoint ends it.", Range: "0..2147483647"),
        new("restart-strategy.exponential-delay.backoff-multiplier", OptionKind.Number, "1.5",
            "Factor by which the delay grows from failure to failure."),
        new("restart-strategy.exponential-delay.initial-backoff", OptionKind.Duration, "1 s", "Delay before the first restart."),
        new("restart-strategy.exponential-delay.jitter-factor", OptionKind.Number, "0.1",
            "Part of the delay by which it varies at random, up or down."),
        new("restart-strategy.exponential-delay.max-backoff", OptionKind.Duration, "1 min", "The longest delay."),
        new("restart-strategy.exponential-delay.reset-backoff-threshold", OptionKind.Duration, "1 h",
            "Time without a failure after which delay and count begin anew."),
        new("restart-strategy.failure-rate.delay", OptionKind.Duration, "1 s", "Delay before a restart."),
        new("restart-strategy.failure-rate.failure-rate-interval", OptionKind.Duration, "1 min",
            "Interval in which failures count."),
        new("restart-strategy.failure-rate.max-failures-per-interval", OptionKind.Integer, "1",
            "Failures in the interval after which the job is still started again.", Range: "0..2147483647"),
        new("restart-strategy.fixed-delay.attempts", OptionKind.Integer, "1", "Restarts before the job fails.",
            Range: "0..2147483647"),
        new("restart-strategy.fixed-delay.delay", OptionKind.Duration, "1 s", "Delay before a restart."),
        new(RestartStrategy, OptionKind.Choice, null,
            "How a failed job is started again: exponential-delay with checkpoints, none without.",
            Values: "none|disable|off|fixed-delay|fixeddelay|failure-rate|failurerate|exponential-delay|exponentialdelay",
            Alias: "restart-strategy"),
        new(WatermarkStrategy, OptionKind.Choice, "on-periodic", "When watermarks rise.", Values: "on-periodic|on-event"),
        new(ResultMode, OptionKind.Choice, "TABLE",
            "How a session of a server shows a SELECT: TABLE its final rows, or rows that only come; CHANGELOG each change, "
            + "with its kind in a first column op.", Values: "TABLE|CHANGELOG"),
        new("state.backend.*", OptionKind.Text, null,
            "Accepted and not needed: there is one kind of state, in memory within memory.limit."),
        new(DmlSync, OptionKind.Boolean, null,
            "Whether INSERT in a session of a server waits for the end of a job whose input ends; without it only calls that are "
            + "answered with a number of rows do."),
        new(LookupCapacity, OptionKind.Integer, "100", "Most requests of a lookup join at once; further rows wait.",
            Range: "1..1000000"),
        new(LookupOutputMode, OptionKind.Choice, "ORDERED",
            "Whether rows leave a lookup join in the order in which they came; updates always do.",
            Values: "ORDERED|ALLOW_UNORDERED"),
        new(LookupTimeout, OptionKind.Duration, "3 min", "The longest that a lookup may take, retries included."),
        new(AllowLateness, OptionKind.Duration, "0 ms",
            "Time behind the end of a window of GROUP BY for which late rows still count; results are updated."),
        new(EarlyFireDelay, OptionKind.Duration, "0 ms", "Time between early results of such a window; 0 gives one a batch."),
        new(EarlyFire, OptionKind.Boolean, "false", "Whether windows of GROUP BY give results before they end."),
        new(LateFireDelay, OptionKind.Duration, "0 ms", "Time between results for late rows; 0 gives one a batch."),
        new(LateFire, OptionKind.Boolean, "false", "Whether results for late rows wait for their delay."),
        new(LateRowsTable, OptionKind.Text, null,
            "Table (operator STRING, watermark TIMESTAMP(3), late_row STRING) that takes rows that windows leave out as late."),
        new(KeyedShuffle, OptionKind.Choice, "auto", "Whether rows of one primary key go to a sink through one subtask.",
            Values: "none|auto|force"),
        new(NotNullEnforcer, OptionKind.Choice, "ERROR", "What becomes of a row with NULL in a NOT NULL column of a sink.",
            Values: "ERROR|DROP"),
        new(LengthEnforcer, OptionKind.Choice, "IGNORE", "What becomes of text or bytes that do not fit a sink's column.",
            Values: "IGNORE|TRIM_PAD|ERROR"),
        new(Materialize, OptionKind.Choice, "auto",
            "Whether rows are kept by a sink's primary key: auto where the query knows rows by another key.",
            Values: "none|auto|force"),
        new(SourceDuplicates, OptionKind.Boolean, "false",
            "Whether changelog sources with a primary key may tell a change twice; rows are then kept by the key."),
        new(IdleTimeout, OptionKind.Duration, "0 ms", "Silence after which a source does not hold back watermarks."),
        new(StateTtl, OptionKind.Duration, "0 ms", "Time after which state that nothing touched is forgotten; 0 keeps it."),
        new(StateUnbounded, OptionKind.Choice, "allow", "What becomes of a job whose state grows with every row.",
            Values: "allow|warn|error"),
        new(LocalTimeZone, OptionKind.TimeZone, "UTC", "Zone of TIMESTAMP_LTZ text and conversions."),
        new(AggPhases, OptionKind.Choice, "AUTO", "Whether aggregations begin before their exchange; AUTO and TWO_PHASE do.",
            Values: "AUTO|ONE_PHASE|TWO_PHASE"),
        new(DistinctSplit, OptionKind.Boolean, "false", "Spread DISTINCT values of one key over buckets, then add these up."),
        new(DistinctBuckets, OptionKind.Integer, "1024", "Buckets of a split DISTINCT aggregation.", Range: "1..1048576"),
        new(Nondeterminism, OptionKind.Choice, "IGNORE",
            "Whether a value that a later change needs, and an expression gives anew each time, is refused.",
            Values: "IGNORE|TRY_RESOLVE|TRY-RESOLVE"),
        new(ReuseSubPlans, OptionKind.Boolean, "true", "Whether equal steps of a job run once, with one state."),
    ];

    // Behind the list, which they are made of: statics run in the order of the file.
    private static readonly FrozenDictionary<string, OptionDefinition> ByKey = All.Select(static o => (o.Key, Option: o))
        .Concat(All.Where(static o => o.Alias is not null).Select(static o => (Key: o.Alias!, Option: o)))
        .ToFrozenDictionary(static o => o.Key, static o => o.Option, StringComparer.Ordinal);

    private static readonly (string Prefix, OptionDefinition Option)[] Prefixes =
        [.. All.Where(static o => o.Key.EndsWith('*')).Select(static o => (o.Key[..^1], o))];

    /// <summary>Finds an option by key, older key or prefix, or null.</summary>
    public static OptionDefinition? Find(string key) => ByKey.TryGetValue(key, out OptionDefinition? option)
        ? option : Array.Find(Prefixes, p => key.StartsWith(p.Prefix, StringComparison.Ordinal)).Option;

    /// <summary>Returns the key of today where <paramref name="key"/> is an older one of an option.</summary>
    public static string Canonical(string key) => Find(key) is { } option && option.Alias == key ? option.Key : key;

    /// <summary>Returns a value as lists, plans and definitions show it: never a secret's, of whatever table.</summary>
    public static string Shown(string key, string value) => IsSecret(key) ? OptionDefinition.Hidden : value;

    /// <summary>Tells whether the value of a key, of whatever table, is a secret.</summary>
    public static bool IsSecret(string key) =>
        Find(key)?.IsSecret == true || Secrets.Exists(word => key.Contains(word, StringComparison.OrdinalIgnoreCase));
}
