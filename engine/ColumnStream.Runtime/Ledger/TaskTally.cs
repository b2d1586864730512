using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Counts what one task read, passed on and wrote, from the beginning of its run; the task's own thread.</summary>
/// <remarks>Totals, not differences: an epoch that fails leaves nothing to undo. The coordinator takes differences.</remarks>
internal sealed class TaskTally
{
    /// <summary>Counters of rows that are left out on purpose.</summary>
    private static readonly string[] Dropping = ["lateRows", "parseErrors", "droppedNulls"];

    private readonly List<SourceTally> _sources = [];

    /// <summary>Adds a source.</summary>
    public void Add(SourceTally source) => _sources.Add(source);

    /// <summary>Notes where readers begin, behind their restore.</summary>
    public void Opened(bool isRestored)
    {
        foreach (SourceTally source in _sources)
        {
            source.Opened(isRestored);
        }
    }

    /// <summary>Returns the totals at a barrier; positions and committables are those of the snapshot.</summary>
    public TallySnapshot Take(StreamTask task, Checkpoints.TaskSnapshot snapshot)
    {
        var sources = new List<SourceCount>();
        for (int i = 0; i < _sources.Count; i++)
        {
            sources.Add(_sources[i].Take(snapshot.Sources[i].Splits));
        }

        var nodes = new Dictionary<int, NodeCount>();
        var sinks = new List<SinkCount>();
        foreach (SourceSlot source in task.Sources.Sources)
        {
            nodes.Add(source.Node.Id, new NodeCount(0, source.Output.Rows, Dropped(source.Counters)));
        }

        foreach (ChainNode node in task.Chain.Nodes)
        {
            nodes.Add(node.Node.Id, new NodeCount(node.RowsIn, node.Output.Rows, Dropped(node.Counters)));
            if (node.Tally is { } tally)
            {
                sinks.Add(Take(node, tally, snapshot));
            }
        }

        return new TallySnapshot(sources, nodes, sinks);
    }

    private static SinkCount Take(ChainNode node, RowTally tally, Checkpoints.TaskSnapshot snapshot)
    {
        var kinds = new SinkKindCount[4];
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            kinds[kind] = new SinkKindCount(tally.RowsOf((RowKind)kind), tally.SumOf((RowKind)kind));
        }

        IReadOnlyList<SinkPart>? parts = null;
        foreach (Checkpoints.SinkSnapshot sink in snapshot.Sinks)
        {
            if (sink.Uid == node.Node.Uid)
            {
                parts = node.Sink!.TwoPhase!.Describe(sink.Committables);
            }
        }

        return new SinkCount(node.Node.Uid, tally.HasSums, kinds, parts);
    }

    private static Dictionary<string, long>? Dropped(CounterSet counters)
    {
        Dictionary<string, long>? dropped = null;
        foreach (string name in Dropping)
        {
            long rows = counters.Get(name);
            if (rows > 0)
            {
                (dropped ??= []).Add(name, rows);
            }
        }

        return dropped;
    }
}
