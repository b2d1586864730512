using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Compares a job's ledger with itself, with its checkpoints, and with what its sinks made visible; changes nothing.</summary>
/// <remarks>
/// <code>
/// epochs       each entry names the one before; every claim has an entry, every entry its claim
/// checkpoints  manifests of retained claims are whole, the files they name exist
/// source       each split goes on where it ended, over restores and rescaling; rows read = rows between the positions
/// flow         rows sent to a node = rows that came to it
/// sink         rows and checksum that reached the writers = those of the parts committed
/// parts        what is visible = the parts, by bytes, checksum, rows and rows' checksum; nothing twice, nothing unknown
/// </code>
/// Files are listed before the newest claim is read, and once more where one is missing: a running job can be looked at.
/// </remarks>
/// <param name="objects">The job's checkpoint folder.</param>
/// <param name="open">Makes what reads back a sink (table, uid, name of the job's life), or null where that cannot be.</param>
public sealed class IntegrityCheck(IObjectStore objects, Func<TableSpec, string, string, SinkAudit?> open)
{
    private readonly CheckpointStore _store = new(objects);
    private readonly List<IntegrityLine> _lines = [];

    /// <summary>Compares everything.</summary>
    /// <exception cref="UserException">There is no checkpoint, or none with a ledger.</exception>
    /// <exception cref="ExternalException">The newest claim or its manifest cannot be read.</exception>
    public IntegrityReport Run()
    {
        Manifest manifest = Newest();
        var visible = new Dictionary<string, IReadOnlyList<VisiblePart>>(StringComparer.Ordinal);
        using var audits = new SinkAudits(open, manifest, _store.LifeOf(manifest.JobId));
        audits.List(visible);

        // What was listed belongs to epochs claimed before: read the newest claim again behind the listing.
        manifest = Newest();
        IReadOnlyList<EpochLedger> epochs = Epochs(manifest.Ledger!);
        Checkpoints();
        bool isWhole = epochs[0].ParentEpoch == 0;
        _lines.AddRange(SourceCheck.Run(epochs, isWhole));
        _lines.Add(FlowCheck.Run(epochs));
        foreach (LedgerTable table in manifest.Ledger!.Tables)
        {
            string name = NameOf(table.Uid, epochs);
            var parts = new List<(long Epoch, SinkPart Part)>();
            _lines.Add(SinkCheck.Run(table.Uid, name, epochs, isWhole, parts));
            _lines.Add(PartCheck.Run(
                name, audits.Of(table.Uid), visible.GetValueOrDefault(table.Uid), parts, epochs, isWhole, IsCommitted));
        }

        return new IntegrityReport(manifest.JobId, _lines);
    }

    private static string NameOf(string uid, IReadOnlyList<EpochLedger> epochs)
    {
        foreach (SinkLedger sink in epochs[^1].Sinks)
        {
            if (sink.Uid == uid)
            {
                return sink.Table[(sink.Table.LastIndexOf('.') + 1)..];
            }
        }

        return uid;
    }

    private Manifest Newest()
    {
        // A newer one that is lost is a finding.
        Claim claim = _store.NewestPresentClaim()
            ?? throw new UserException(3150, "Job has no claimed checkpoint, so there is nothing to compare.");
        Manifest manifest = _store.ReadManifest(claim);
        return manifest.Ledger is { Epochs.Count: > 0 }
            ? manifest
            : throw new UserException(
                3150, $"Checkpoint {claim.Epoch} has no ledger. Run the job with 'integrity.ledger' = 'true'.");
    }

    private bool IsCommitted(long epoch) => objects.Find(CheckpointStore.NameOf("committed", epoch, 12)) is not null;

    /// <summary>Reads all epochs, oldest first, and compares them with the claims.</summary>
    private List<EpochLedger> Epochs(JobLedger ledger)
    {
        var findings = new Findings("epochs", "ledger");
        var segments = new List<IReadOnlyList<EpochLedger>> { ledger.Epochs };
        LedgerArchive? archive = ledger.Archive;
        while (archive is { } next)
        {
            try
            {
                LedgerSegment segment = _store.ReadLedger(next);
                segments.Add(segment.Epochs);
                archive = segment.Before;
            }
            catch (ExternalException failure)
            {
                findings.Add(next.LastEpoch, failure.Message);
                archive = null;
            }
        }

        var epochs = new List<EpochLedger>();
        for (int i = segments.Count - 1; i >= 0; i--)
        {
            epochs.AddRange(segments[i]);
        }

        var known = new HashSet<long>();
        for (int i = 0; i < epochs.Count; i++)
        {
            known.Add(epochs[i].Epoch);
            if (i > 0 && epochs[i].ParentEpoch != epochs[i - 1].Epoch)
            {
                findings.Add(
                    epochs[i].Epoch,
                    $"goes on from epoch {epochs[i].ParentEpoch}, but the one before is {epochs[i - 1].Epoch}");
            }
        }

        CompareClaims(findings, known, epochs[^1].Epoch);
        findings.Epochs = epochs.Count;
        findings.Ok = epochs[0].ParentEpoch == 0 ? "ok" : $"ok, from behind epoch {epochs[0].ParentEpoch}";
        _lines.Add(findings.ToLine());
        return epochs;
    }

    private void CompareClaims(Findings findings, HashSet<long> known, long newest)
    {
        long first = _store.FirstEpoch();
        long floor = Math.Max(first, _store.Floor());
        var claimed = new HashSet<long>();
        foreach (string name in objects.List("claim/"))
        {
            long epoch = CheckpointStore.EpochOf(name);
            claimed.Add(epoch);
            if (epoch >= first && epoch <= newest && epoch > OldestOf(known) && !known.Contains(epoch)
                && !_store.IsVoid(_store.ReadClaim(epoch)))
            {
                findings.Add(epoch, "was claimed, and is not in the ledger");
            }
        }

        foreach (long epoch in known)
        {
            if (epoch >= floor && !claimed.Contains(epoch))
            {
                findings.Add(epoch, "is in the ledger, and its claim is missing");
            }
        }

        foreach (string name in objects.List("committed/"))
        {
            long epoch = CheckpointStore.EpochOf(name);
            if (epoch >= first && epoch > newest && !claimed.Contains(epoch))
            {
                findings.Add(epoch, "was committed, and its claim is missing");
            }
        }
    }

    private static long OldestOf(HashSet<long> known)
    {
        long oldest = long.MaxValue;
        foreach (long epoch in known)
        {
            oldest = Math.Min(oldest, epoch);
        }

        return oldest;
    }

    /// <summary>Looks for everything that retained checkpoints name.</summary>
    private void Checkpoints()
    {
        var findings = new Findings("checkpoints", "files");
        var present = new HashSet<string>(objects.List("ckpt/"), StringComparer.Ordinal);
        long first = Math.Max(_store.FirstEpoch(), _store.Floor());
        int files = 0;
        foreach (string name in objects.List("claim/"))
        {
            long epoch = CheckpointStore.EpochOf(name);
            if (epoch < first)
            {
                continue;
            }

            try
            {
                Manifest manifest = _store.ReadManifest(_store.ReadClaim(epoch));
                findings.Epochs++;
                foreach (string file in FilesOf(manifest))
                {
                    files++;
                    if (!present.Contains(file))
                    {
                        findings.Add(epoch, $"state file is missing: {file}");
                    }
                }
            }
            catch (ExternalException failure)
            {
                findings.Add(epoch, failure.Message);
            }
        }

        findings.Ok = string.Create(CultureInfo.InvariantCulture, $"ok, {files} state files");
        _lines.Add(findings.ToLine());
    }

    private static HashSet<string> FilesOf(Manifest manifest)
    {
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (TaskSnapshot task in manifest.Tasks)
        {
            foreach (StateSnapshot state in task.States)
            {
                foreach (StateFile file in state.Files)
                {
                    files.Add(file.Path);
                }
            }
        }

        return files;
    }
}
