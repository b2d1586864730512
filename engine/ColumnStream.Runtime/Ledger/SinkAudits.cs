using System;
using System.Collections.Generic;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Holds what reads back the sinks of one job.</summary>
internal sealed class SinkAudits : IDisposable
{
    private readonly Dictionary<string, (SinkAudit? Audit, string? Why)> _audits = new(StringComparer.Ordinal);

    public SinkAudits(Func<TableSpec, string, string, SinkAudit?> open, Manifest manifest, string life)
    {
        foreach (LedgerTable table in manifest.Ledger!.Tables)
        {
            try
            {
                _audits[table.Uid] = (open(PlanCodec.ReadTable(table.Table), table.Uid, life), null);
            }
            catch (ColumnStreamException failure)
            {
                _audits[table.Uid] = (null, failure.Message);
            }
        }
    }

    /// <summary>Returns what reads back a sink, or why nothing does; both null where the system cannot be read back.</summary>
    public (SinkAudit? Audit, string? Why) Of(string uid) => _audits[uid];

    /// <summary>Lists what is visible now, by sink.</summary>
    public void List(Dictionary<string, IReadOnlyList<VisiblePart>> visible)
    {
        foreach (string uid in new List<string>(_audits.Keys))
        {
            if (_audits[uid].Audit is not { } audit)
            {
                continue;
            }

            try
            {
                visible[uid] = audit.List();
            }
            catch (ExternalException failure)
            {
                _audits[uid] = (null, failure.Message);
                audit.Dispose();
            }
        }
    }

    public void Dispose()
    {
        foreach ((SinkAudit? audit, _) in _audits.Values)
        {
            audit?.Dispose();
        }
    }
}
