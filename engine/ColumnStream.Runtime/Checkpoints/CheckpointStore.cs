using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Runtime.Checkpoints;

/// <summary>Knows where everything of a job's checkpoints lies and in which order it may be written and deleted.</summary>
/// <remarks>
/// <code>
/// gen/{generation}.json         put if absent: one a run; the highest owns the folder
/// start/{generation}.json       put if absent: what the run goes on from; later claims of earlier runs are void
/// ckpt/{epoch}/{gen}-{nonce}/*  state files, then manifest.json
/// claim/{epoch}.json            put if absent: the epoch exists from here on
/// committed/{epoch}.json        put if absent: all sinks committed it
/// ledger/{last}-{first}-*.json  put if absent: older epochs of the integrity ledger, never deleted
/// floor/{epoch}.json            put if absent: everything below may be deleted
/// terminal.json                 put if absent: the job came to its end
/// </code>
/// All calls block. An ambiguous put is repeated with the same bytes; equal bytes found mean it was ours.
/// </remarks>
internal sealed class CheckpointStore(IObjectStore store)
{
    private const int Attempts = 5;

    /// <summary>Gets the objects.</summary>
    public IObjectStore Objects => store;

    public static string ManifestFolder(long epoch, long generation, string nonce) =>
        string.Create(CultureInfo.InvariantCulture, $"ckpt/{epoch:D12}/{generation:D10}-{nonce}");

    /// <summary>Creates an object; true if this call or an earlier attempt of it did, false if others did.</summary>
    public bool TryPut(string name, ReadOnlySpan<byte> content)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return store.TryCreate(name, content) || (Read(name) is { } found && content.SequenceEqual(found));
            }
            catch (ExternalException failure) when (failure.IsRetryable && attempt < Attempts)
            {
                // The outcome is not known: the same bytes again can only find our own or lose.
            }
        }
    }

    /// <summary>Reads an object, or returns null.</summary>
    public byte[]? Read(string name)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                using Stream? stream = store.OpenRead(name);
                if (stream is null)
                {
                    return null;
                }

                using var content = new MemoryStream();
                stream.CopyTo(content);
                return content.ToArray();
            }
            catch (ExternalException failure) when (failure.IsRetryable && attempt < Attempts)
            {
                // Read again.
            }
        }
    }

    /// <summary>Starts a run: takes the next generation.</summary>
    /// <param name="nonce">Names the run.</param>
    /// <param name="fresh">Whether a new life begins, which knows nothing of what was claimed here.</param>
    /// <param name="origin">What the new life begins from; null for nothing.</param>
    public Generation Begin(string nonce, bool fresh, RestoreOrigin? origin = null)
    {
        while (true)
        {
            long number = NewestGeneration(fresh) + 1;
            Generation? former = number > 1 ? ReadGeneration(number - 1, isRequired: !fresh) : null;
            var generation = new Generation(number, nonce, fresh ? HighestEpoch() + 1 : former?.FirstEpoch ?? 0)
            {
                Lineage = former is null ? null : former.Lineage ?? former.Nonce,
                Life = fresh ? number : former?.Life ?? 0,
                RestoredFrom = fresh ? origin : former?.RestoredFrom,
            };
            if (TryPut(NameOf("gen", number, 10), Sealed(generation, ManifestJson.Default.Generation)))
            {
                if (fresh)
                {
                    store.Delete("terminal.json");
                }

                return generation;
            }
        }
    }

    /// <summary>Returns the number of the last run; one that left files and no record means that the record is lost.</summary>
    private long NewestGeneration(bool fresh)
    {
        // Files first: another run may begin meanwhile, and its record comes before its files.
        long writer = 0;
        foreach (string name in store.List("ckpt/"))
        {
            writer = Math.Max(writer, EpochOf(name[name.IndexOf('/', StringComparison.Ordinal)..].TrimStart('/')));
        }

        long newest = Newest("gen/");
        return writer <= newest ? newest : fresh ? writer : throw Missing(NameOf("gen", writer, 10));
    }

    /// <summary>Tells whether a later run began.</summary>
    public bool IsOvertaken(Generation generation) => Newest("gen/") > generation.Number;

    /// <summary>Returns the name under which sinks know the life of a job that has its checkpoints here.</summary>
    public string LifeOf(string jobId) => NewestRun() is { } run ? $"{jobId}-{run.Lineage ?? run.Nonce}" : jobId;

    /// <summary>Gets the highest epoch that was ever begun here.</summary>
    public long HighestEpoch()
    {
        long highest = Math.Max(Newest("claim/"), Math.Max(Newest("floor/"), FirstEpoch() - 1));
        foreach (string name in store.List("ckpt/"))
        {
            highest = Math.Max(highest, EpochOf(name));
        }

        return highest;
    }

    /// <summary>Gets the highest epoch that was claimed here, in whatever life and by whomever.</summary>
    public long HighestClaim() => Newest("claim/");

    /// <summary>Finds the newest canonical epoch of this life of the job, or null.</summary>
    /// <exception cref="ExternalException">Something says that there was a newer one, which is lost.</exception>
    public Claim? NewestClaim()
    {
        // In this order: another run may claim and commit meanwhile, and what it commits it has claimed.
        long known = LastKnownClaim();
        return known > HighestClaim() && known >= FirstEpoch()
            ? throw Missing(NameOf("claim", known, 12))
            : NewestPresentClaim();
    }

    /// <summary>Finds the newest claim that is there, or null: for looking only, since a newer one may be lost.</summary>
    public Claim? NewestPresentClaim()
    {
        Generation? newest = NewestRun();
        IReadOnlyList<string> claims = store.List("claim/");
        for (int i = claims.Count - 1; i >= 0 && EpochOf(claims[i]) >= (newest?.FirstEpoch ?? 0); i--)
        {
            Claim claim = ReadClaim(EpochOf(claims[i]));
            if (claim.Generation >= (newest?.Life ?? 0) && !IsVoid(claim))
            {
                return claim;
            }
        }

        return null;
    }

    /// <summary>Returns the newest epoch of which something else than its claim says that it was claimed, or 0.</summary>
    private long LastKnownClaim()
    {
        // A floor names an epoch that is kept, or, behind a job whose checkpoints were all deleted, one that never was.
        long floor = Newest("floor/");
        bool isKept = floor > 0 && store.List($"ckpt/{floor.ToString("D12", CultureInfo.InvariantCulture)}/").Count > 0;
        return Math.Max(Newest("committed/"), isKept ? floor : 0);
    }

    /// <summary>Writes down what a run goes on from, before it does anything: a claim that an earlier run still puts is void.</summary>
    /// <remarks>
    /// Whoever claims looks at the generations behind its put, and finds the later run there: it commits nothing. What the later
    /// run does not know of is void, then; what it found when it looked, it goes on from.
    /// </remarks>
    /// <returns>False when a later run began meanwhile, which may have seen another past: stop at once.</returns>
    public bool PutStart(Generation generation, long epoch)
    {
        var start = new RunStart(generation.Number, epoch);
        TryPut(NameOf("start", generation.Number, 10), Sealed(start, ManifestJson.Default.RunStart));
        return Newest("gen/") == generation.Number;
    }

    /// <summary>Tells whether the number of a claim that was not won is only taken by a void one, and the folder is still ours.</summary>
    public bool IsTakenByVoid(Claim claim) => Newest("gen/") == claim.Generation
        && ReadClaim(claim.Epoch).Generation < claim.Generation;

    /// <summary>Reads the manifest that a claim names and verifies its hash.</summary>
    /// <exception cref="ExternalException">It is missing or damaged: an older epoch is never taken silently.</exception>
    public Manifest ReadManifest(Claim claim)
    {
        byte[] bytes = Read(claim.ManifestPath)
            ?? throw new ExternalException(5011, $"Checkpoint manifest is missing: {claim.ManifestPath}.", retryable: false);
        if (Hash(bytes) != claim.ManifestSha256)
        {
            throw new ExternalException(5011, $"Checkpoint manifest is damaged: {claim.ManifestPath}.", retryable: false);
        }

        Manifest manifest = Parse(bytes, claim.ManifestPath, ManifestJson.Default.Manifest);
        if (manifest.FormatVersion != Manifest.CurrentVersion || manifest.KeyHash != Manifest.CurrentKeyHash)
        {
            throw new ExternalException(
                5011,
                $"Checkpoint has another format: version {manifest.FormatVersion}, hash {manifest.KeyHash}.",
                retryable: false);
        }

        return manifest;
    }

    /// <summary>Returns the epoch below which everything may be gone, or 0.</summary>
    public long Floor() => Newest("floor/");

    /// <summary>Reads older epochs of a ledger and verifies their hash.</summary>
    /// <exception cref="ExternalException">They are missing or damaged.</exception>
    public LedgerSegment ReadLedger(LedgerArchive archive)
    {
        byte[] bytes = Read(archive.Path)
            ?? throw new ExternalException(5011, $"Part of the ledger is missing: {archive.Path}.", retryable: false);
        return Hash(bytes) == archive.Sha256
            ? Parse(bytes, archive.Path, ManifestJson.Default.LedgerSegment)
            : throw new ExternalException(5011, $"Part of the ledger is damaged: {archive.Path}.", retryable: false);
    }

    /// <summary>Reads how the job ended in this life, or null.</summary>
    public Terminal? ReadTerminal()
    {
        byte[]? bytes = Read("terminal.json");
        if (bytes is null)
        {
            return null;
        }

        Terminal terminal = Parse(bytes, "terminal.json", ManifestJson.Default.Terminal);
        return terminal.Epoch < FirstEpoch() ? null : terminal;
    }

    /// <summary>Finds the savepoint that this folder is, or null.</summary>
    public Claim? FindSavepoint() => Read(SavepointFolder.RecordName) is { } bytes
        ? Parse(bytes, SavepointFolder.RecordName, ManifestJson.Default.Claim)
        : null;

    /// <summary>Makes a savepoint restorable; false if another one is here.</summary>
    public bool PutSavepoint(Claim record) => TryPut(SavepointFolder.RecordName, Sealed(record, ManifestJson.Default.Claim));

    /// <summary>Notes in a savepoint that its sinks have nothing left to commit.</summary>
    public void PutSavepointCommitted() => TryPut(SavepointFolder.CommittedName, "{}"u8);

    /// <summary>Reads the claim of one epoch that is still kept.</summary>
    public Claim ReadClaim(long epoch)
    {
        string name = NameOf("claim", epoch, 12);
        Claim claim = ReadRequired(name, ManifestJson.Default.Claim);
        return claim.Epoch == epoch ? claim : throw Damaged(name);
    }

    /// <summary>Writes a manifest and returns the claim that makes it canonical.</summary>
    public Claim PutManifest(Manifest manifest) => PutManifest(
        manifest, ManifestFolder(manifest.Epoch, manifest.Generation, manifest.Nonce) + "/manifest.json");

    /// <summary>Writes a manifest under a name and returns the claim that makes it canonical.</summary>
    public Claim PutManifest(Manifest manifest, string path)
    {
        byte[] bytes = Bytes(manifest, ManifestJson.Default.Manifest);
        if (!TryPut(path, bytes))
        {
            throw new InvariantException(9001, $"Manifest exists already: {path}.");
        }

        return new Claim(
            manifest.Epoch, manifest.ParentEpoch, manifest.Generation, manifest.Nonce, path, Hash(bytes));
    }

    /// <summary>Writes older epochs of a ledger, which the next manifest names.</summary>
    public LedgerArchive PutLedger(byte[] segment, long firstEpoch, long lastEpoch, long generation, string nonce)
    {
        string path = string.Create(
            CultureInfo.InvariantCulture, $"ledger/{lastEpoch:D12}-{firstEpoch:D12}-{generation:D10}-{nonce}.json");
        return TryPut(path, segment)
            ? new LedgerArchive(path, Hash(segment), firstEpoch, lastEpoch)
            : throw new InvariantException(9001, $"Part of the ledger exists already: {path}.");
    }

    /// <summary>Makes an epoch canonical; false when another run owns the folder: stop at once.</summary>
    public bool TryClaim(Claim claim, IFailPoints failPoints)
    {
        // Nothing may be claimed that a later run already overtook: looked at first, so that a run that was overtaken long
        // ago leaves that run its numbers, where no lock keeps the two apart; and again behind the put, because a put that
        // was delayed past a clean-up could otherwise bring a deleted epoch back.
        if (Newest("gen/") != claim.Generation)
        {
            return false;
        }

        failPoints.Hit(FailPoint.BeforeClaim);
        if (!TryPut(NameOf("claim", claim.Epoch, 12), Sealed(claim, ManifestJson.Default.Claim)))
        {
            return false;
        }

        failPoints.Hit(FailPoint.MidClaim);
        return Newest("gen/") == claim.Generation && Newest("floor/") <= claim.Epoch;
    }

    public void PutCommitted(Claim claim) =>
        TryPut(NameOf("committed", claim.Epoch, 12), Sealed(claim, ManifestJson.Default.Claim));

    /// <summary>Tells whether every sink is known to have committed an epoch.</summary>
    public bool IsCommitted(long epoch) => Read(NameOf("committed", epoch, 12)) is not null;

    public void PutTerminal(Terminal terminal)
    {
        byte[] record = Sealed(terminal, ManifestJson.Default.Terminal);
        if (!TryPut("terminal.json", record) && ReadTerminal() is null)
        {
            // The end of a former life: the run that began this one died before it had removed it.
            store.Delete("terminal.json");
            TryPut("terminal.json", record);
        }
    }

    /// <summary>Deletes what no retained epoch names: floor first, then data, then markers, claims last.</summary>
    /// <param name="failPoints">Is told half way.</param>
    /// <param name="retained">How many epochs are kept.</param>
    /// <param name="pinned">An epoch that is being copied and keeps its files; null for none.</param>
    public void CleanUp(IFailPoints failPoints, int retained, Manifest? pinned = null)
    {
        IReadOnlyList<string> claims = store.List("claim/");
        if (claims.Count <= retained)
        {
            return;
        }

        long floor = EpochOf(claims[^retained]);
        var kept = new HashSet<string>(StringComparer.Ordinal);
        for (int i = claims.Count - retained; i < claims.Count; i++)
        {
            Protect(ReadManifest(ReadClaim(EpochOf(claims[i]))), kept);
        }

        if (pinned is not null)
        {
            Protect(pinned, kept);
        }

        TryPut(NameOf("floor", floor, 12), "{}"u8);
        failPoints.Hit(FailPoint.AfterFloor);
        DeleteBelow("ckpt/", floor, kept);
        failPoints.Hit(FailPoint.MidCleanup);
        DeleteBelow("committed/", floor);
        DeleteBelow("floor/", floor);
        DeleteBelow("claim/", floor);
    }

    /// <summary>Deletes all epochs up to one, of a job that shall not go on: floor first, claims last; numbers stay used.</summary>
    public void Discard(long epoch)
    {
        TryPut(NameOf("floor", epoch + 1, 12), "{}"u8);
        DeleteBelow("ckpt/", epoch + 1);
        DeleteBelow("ledger/", epoch + 1);
        DeleteBelow("committed/", epoch + 1);
        DeleteBelow("floor/", epoch + 1);
        DeleteBelow("claim/", epoch + 1);
    }

    private static void Protect(Manifest manifest, HashSet<string> kept)
    {
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                foreach (StateFile file in state.Files)
                {
                    kept.Add(file.Path);
                }
            }
        }
    }

    public static string NameOf(string folder, long number, int digits) =>
        $"{folder}/{number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0')}.json";

    /// <summary>Reads the number behind the first slash of a name; 0 if there is none.</summary>
    public static long EpochOf(string name)
    {
        ReadOnlySpan<char> rest = name.AsSpan(name.IndexOf('/', StringComparison.Ordinal) + 1);
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits]))
        {
            digits++;
        }

        return long.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) ? epoch : 0;
    }

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private static byte[] Sealed<T>(T value, JsonTypeInfo<T> type) => SealedRecord.Seal(Bytes(value, type));

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static T Parse<T>(byte[] bytes, string name, JsonTypeInfo<T> type)
    {
        SealedRecord.Check(bytes, name);
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new JsonException("Value is null.");
        }
        catch (JsonException failure)
        {
            throw Damaged(name, failure);
        }
    }

    private T ReadRequired<T>(string name, JsonTypeInfo<T> type) => Parse(
        Read(name) ?? throw Missing(name), name, type);

    private static ExternalException Missing(string name) =>
        new(5011, $"Checkpoint record is missing: {name}.", retryable: false);

    private static ExternalException Damaged(string name, Exception? cause = null) =>
        new(5011, $"Checkpoint record is damaged: {name}.", retryable: false, cause);

    /// <summary>Returns the first epoch of the job's present life.</summary>
    public long FirstEpoch() => NewestRun()?.FirstEpoch ?? 0;

    /// <summary>Returns what the job's present life began from, or null.</summary>
    public RestoreOrigin? Origin() => NewestRun()?.RestoredFrom;

    private Generation? NewestRun() => Newest("gen/") is > 0 and long newest ? ReadGeneration(newest, isRequired: true) : null;

    private Generation? ReadGeneration(long number, bool isRequired)
    {
        string name = NameOf("gen", number, 10);
        if (Read(name) is not { } record)
        {
            return isRequired ? throw Missing(name) : null;
        }

        Generation generation = Parse(record, name, ManifestJson.Default.Generation);
        return generation.Number == number ? generation : throw Damaged(name);
    }

    public bool IsVoid(Claim claim)
    {
        IReadOnlyList<string> starts = store.List("start/");
        for (int i = starts.Count - 1; i >= 0 && EpochOf(starts[i]) > claim.Generation; i--)
        {
            // A run that was overtaken before it had written what it starts from may still write it: whoever went on from the
            // claim meanwhile is newer and comes first here.
            long from = ReadRequired(starts[i], ManifestJson.Default.RunStart).Epoch;
            if (from <= claim.Epoch)
            {
                return from < claim.Epoch;
            }
        }

        return false;
    }

    private long Newest(string prefix)
    {
        IReadOnlyList<string> names = store.List(prefix);
        return names.Count == 0 ? 0 : EpochOf(names[^1]);
    }

    private void DeleteBelow(string prefix, long floor, HashSet<string>? kept = null)
    {
        var names = new List<string>();
        foreach (string name in store.List(prefix))
        {
            if (EpochOf(name) < floor && kept?.Contains(name) != true)
            {
                names.Add(name);
            }
        }

        if (names.Count > 0)
        {
            store.Delete(names);
        }
    }
}
