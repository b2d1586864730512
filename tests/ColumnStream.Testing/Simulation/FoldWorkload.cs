using System;
using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Folds each split's rows of a key into a chain of hashes: a row lost, doubled or out of order changes all behind it.</summary>
internal sealed class FoldWorkload : Workload
{
    private readonly MemoryLog _log;

    public FoldWorkload(Random random) => _log = MemoryLog.Random(
        random, splits: random.Next(1, 5), rowsPerSplit: 1 << random.Next(4, 10), keys: 1 << random.Next(0, 12));

    public override string Name => "fold";

    public override JobGraph Plan(Random random) => MemoryJob.Graph(random.Next(1, 5), random.Next(1, 5));

    public override Connector Connect(MemoryLedger ledger) => new MemoryConnector(_log, ledger, pauses: true);

    public override string? Difference(MemoryLedger ledger, IReadOnlyDictionary<(string Table, int Split), int>? positions)
    {
        MemoryLog log = _log;
        if (positions is not null)
        {
            log = new MemoryLog();
            for (int split = 0; split < _log.Splits.Count; split++)
            {
                log.Splits.Add(_log.Splits[split].GetRange(0, positions.GetValueOrDefault(("log", split))));
            }
        }

        return MemoryJob.Difference(log, ledger);
    }
}
