using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Testing.Simulation;

/// <summary>Reads its splits of a simulated table merged in the table's order, in batches of drawn size, sometimes pausing.</summary>
/// <remarks>In the table's order, so that no row is later for several readers than it is for one.</remarks>
internal sealed class SimulatedReader(SourceContext context, SimulatedTable table) : SourceReader
{
    private readonly ScriptBatchMaker _maker = new(context);
    private readonly int[] _positions = new int[table.Splits];
    private bool _paused;
    private string? _split;

    public override string? CurrentSplit => _split;

    public override bool HasSplits => context.Subtask < table.Splits;

    public override long? RowsBetween(string split, string? from, string to) =>
        long.Parse(to, CultureInfo.InvariantCulture) - (from is null ? 0 : long.Parse(from, CultureInfo.InvariantCulture));

    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            int id = int.Parse(split.SplitId, CultureInfo.InvariantCulture);
            if (Owns(id))
            {
                _positions[id] = int.Parse(split.Position, CultureInfo.InvariantCulture);
            }
        }
    }

    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (!_paused && context.Random.Next(8) == 0)
        {
            _paused = true;
            context.WakeAfter(TimeSpan.FromMicroseconds(context.Random.Next(1, 500)));
            return SourcePoll.Idle;
        }

        _paused = false;
        int most = context.Random.Next(1, context.MaxRows + 1);
        var rows = new List<ScriptRow>();
        int? from = Next();
        while (from is { } split && rows.Count < most && Next() == from)
        {
            rows.Add(table.Rows[IndexOf(split)]);
            _positions[split]++;
        }

        _split = from?.ToString(CultureInfo.InvariantCulture);

        if (rows.Count == 0)
        {
            return SourcePoll.End;
        }

        batch = _maker.Make(rows);
        return SourcePoll.Batch;
    }

    public override ValueList<SplitState> Snapshot() => ValueList.From(
        Enumerable.Range(0, table.Splits).Where(Owns).Select(split => new SplitState(
            split.ToString(CultureInfo.InvariantCulture), _positions[split].ToString(CultureInfo.InvariantCulture))));

    protected override void Dispose(bool disposing) => _maker.Dispose();

    private bool Owns(int split) => split % context.Parallelism == context.Subtask;

    private int IndexOf(int split) => table.IndexOf(split, _positions[split]);

    private int? Next()
    {
        int? next = null;
        for (int split = context.Subtask; split < table.Splits; split += context.Parallelism)
        {
            if (IndexOf(split) < table.Rows.Count && (next is not { } other || IndexOf(split) < IndexOf(other)))
            {
                next = split;
            }
        }

        return next;
    }
}
