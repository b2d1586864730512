using System;
using System.Globalization;
using System.IO;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Storage;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Upgrades;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Control;

namespace ColumnStream.Server.Session;

/// <summary>Reads a job's options into what the runtime takes.</summary>
internal sealed class JobSettings(ValueList<SessionOption> settings)
{
    /// <summary>Gets the job's name, whatever options and script say; null leaves it to them.</summary>
    public string? Name { get; init; }

    /// <summary>Gets the limit of native memory.</summary>
    public long MemoryLimitBytes =>
        Text(OptionTable.MemoryLimit) is null ? long.MaxValue : Bytes(OptionTable.MemoryLimit);

    /// <summary>Gets where savepoints go.</summary>
    public string SavepointFolder => Text(OptionTable.SavepointFolder)!;

    /// <summary>Gets how many ended jobs a server remembers, and for how long.</summary>
    public (int Count, TimeSpan Age) EndedJobs => (Number(OptionTable.JobStoreCapacity), Duration(OptionTable.JobStoreExpiration));

    /// <summary>Opens the folder of a new savepoint.</summary>
    public IObjectStore OpenSavepoint(string address, ObjectStoreTable stores) => stores.OpenChecked(address, Nonce(), Text);

    /// <summary>Opens what a job is restored from.</summary>
    public IObjectStore Open(RestorePath from, ObjectStoreTable stores) => stores.Open(from.Address, Text);

    /// <summary>Returns where INSERT jobs start: what the command line says, else the option.</summary>
    public string Restore(string? restore) => restore ?? Text(OptionTable.RecoveryPath) ?? "none";

    /// <summary>Gets what is agreed to where statements go on from a checkpoint of others.</summary>
    public UpgradeConsent Consent =>
        (Flag(OptionTable.UnclaimedState) ? UpgradeConsent.DropState : UpgradeConsent.None)
        | (Flag(OptionTable.PartialHistory) ? UpgradeConsent.PartialHistory : UpgradeConsent.None);

    /// <summary>Returns the address of an INSERT job's checkpoints, or null when it takes none.</summary>
    public string? CheckpointAddress(PlannedJob job, string script, int ordinal, string restore) =>
        job.Query is null && (Text(OptionTable.CheckpointInterval) is not null || restore != "none")
            ? ObjectStoreTable.Below(Text(OptionTable.CheckpointFolder)!, JobId(script, ordinal))
            : null;

    /// <summary>Makes the runtime's options for an INSERT job or a SELECT, which takes no checkpoints.</summary>
    public JobOptions ToJobOptions(
        PlannedJob job, string script, int ordinal, string restore, ObjectStoreTable stores, Action<string> warn)
    {
        if (Flag(OptionTable.UnalignedCheckpoints))
        {
            throw new UserException(
                3111,
                $"Unaligned checkpoints are not offered: '{OptionTable.UnalignedCheckpoints}' = 'true'. Barriers wait behind the "
                + $"rows in their channel: set it to 'false'; a smaller '{OptionTable.ChannelCredit}' lets fewer rows wait there.");
        }

        string jobId = JobId(script, ordinal);
        TimeSpan? interval =
            Text(OptionTable.CheckpointInterval) is null ? null : Duration(OptionTable.CheckpointInterval);
        bool isQuery = job.Query is not null;
        RestorePath? from = isQuery || restore is "none" or "latest" ? null : RestorePath.Parse(restore).Existing();
        string? address = CheckpointAddress(job, script, ordinal, restore);
        return new JobOptions(jobId)
        {
            Checkpoints = address is null ? null : stores.OpenChecked(address, Nonce(), Text),
            CheckpointInterval = address is null ? null : interval,
            Restore = isQuery ? RestoreMode.None : restore switch
            {
                "none" => RestoreMode.None,
                "latest" => RestoreMode.Latest,
                _ => RestoreMode.Path,
            },
            RestoreFrom = from is null ? null : Open(from, stores),
            RestoreAddress = from?.Address ?? "",
            RestoreEpoch = from?.Epoch,
            RestoreOrigin = from is null ? null : ControlClient.Absolute(from.Address),
            OpenOrigin = origin => OpenOrigin(origin, jobId, stores),
            ClaimsRestored = Text(OptionTable.ClaimMode) == "CLAIM",
            AllowsSavepoints = !isQuery,
            Checkpointing = new CheckpointOptions
            {
                IsExactlyOnce = Is(CheckpointKeys.Mode, "EXACTLY_ONCE"),
                MinPause = Duration(CheckpointKeys.MinPause),
                Retained = Number(CheckpointKeys.Retained),
                IsIncremental = Flag(CheckpointKeys.Incremental),
                AfterTasksFinish = Flag(CheckpointKeys.AfterTasksFinish),
                DeletesOnCancellation = !Is(CheckpointKeys.Retention, "RETAIN_ON_CANCELLATION"),
            },
            HasLedger = Flag(CheckpointKeys.Ledger),
            UpgradeConsent = Consent,
            TolerableFailedCheckpoints = Number(OptionTable.TolerableFailures),
            CheckpointTimeout = Duration(OptionTable.CheckpointTimeout),
            Restart = isQuery
                ? new RestartOptions()
                : new RestartSettings(Text).Read(takesCheckpoints: address is not null && interval is not null),
            MaxRows = Math.Min(Math.Clamp(Number(OptionTable.BatchSize), 1, 1 << 20), RowsInRoom()),
            RandomCutsSeed = Flag(OptionTable.RandomCuts) ? Number(OptionTable.Seed) : null,
            ChannelCreditBytes = Bytes(OptionTable.ChannelCredit),
            IsBatch = job.IsBatch,
            Seed = Number(OptionTable.Seed),
            LocalTimeZone = Text(OptionTable.LocalTimeZone)!,
            Checks = Flag(OptionTable.CheckOperators),
            MemoryLimitBytes = MemoryLimitBytes,
            SpillFolders = Text(OptionTable.TemporaryFolders),
            Warn = warn,
            OpenBucket = address => stores.OpenBucket(address, Text),
        };
    }

    /// <summary>Opens what the job was restored from, by a run that has had no checkpoint of its own since.</summary>
    private IObjectStore OpenOrigin(string origin, string jobId, ObjectStoreTable stores) =>
        ObjectStoreTable.FolderOf(origin) is { } folder && !Directory.Exists(folder)
            ? throw new UserException(
                3120,
                $"Job {jobId} was restored from {origin} and has had no checkpoint of its own since, and that folder is gone. "
                + "Expected it there: bring it back, restore another one (--restore <path>), or begin anew (--restore none).")
            : stores.Open(origin, Text);

    /// <summary>Returns how many rows may each bring a row and a bucket back from disk in the room that state leaves.</summary>
    private int RowsInRoom() =>
        (int)Math.Clamp(MemoryLimitBytes / 8 / Math.Max(1, Number(OptionTable.Parallelism)) / 8192, 64, 1 << 20);

    /// <summary>Makes what tells this start from others, as a name of an object.</summary>
    private static string Nonce() => string.Create(
        CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow().Ticks:x}-{Environment.ProcessId}");

    private string JobId(string script, int ordinal)
    {
        if (Name is not null)
        {
            return Name;
        }

        string name = Text(OptionTable.PipelineName) ?? (script == "-" ? "stdin" : Path.GetFileNameWithoutExtension(script));
        var id = new StringBuilder();
        foreach (char c in name)
        {
            id.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-');
        }

        string text = id.ToString().TrimStart('.');
        return (text.Length == 0 ? "job" : text) + (ordinal == 0 ? string.Empty : $"-{ordinal + 1}");
    }

    /// <summary>Returns the value of an option as it was written, or its default.</summary>
    public string? Text(string key)
    {
        for (int i = settings.Count - 1; i >= 0; i--)
        {
            if (settings[i].Key == key)
            {
                return settings[i].Value;
            }
        }

        return OptionTable.Find(key)?.Default;
    }

    private bool Is(string key, string choice) => string.Equals(Text(key), choice, StringComparison.OrdinalIgnoreCase);

    private int Number(string key) =>
        OptionValue.TryParseInteger(Text(key)!, out long value) && value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw Wrong(key);

    private bool Flag(string key) => OptionValue.TryParseBoolean(Text(key)!, out bool value) ? value : throw Wrong(key);

    private long Bytes(string key) => OptionValue.TryParseBytes(Text(key)!, out long value) ? value : throw Wrong(key);

    private TimeSpan Duration(string key) =>
        OptionValue.TryParseDuration(Text(key)!, out TimeSpan value) ? value : throw Wrong(key);

    private UserException Wrong(string key) => new(
        3111, $"Option has a wrong value: '{key}' = '{Text(key)}'. Expected {OptionValue.Expected(OptionTable.Find(key)!)}.");
}
