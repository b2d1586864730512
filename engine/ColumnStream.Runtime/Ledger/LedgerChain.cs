using System;
using System.Collections.Generic;
using System.Text.Json;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Makes the ledger of each epoch out of the tasks' totals; the coordinator's own.</summary>
/// <remarks>
/// A manifest holds the newest epochs; when they are many, the older ones go into an object of their own first, which names
/// the one before it. Nothing is deleted with old checkpoints, so that every epoch can be compared later.
/// </remarks>
internal sealed class LedgerChain
{
    private const int TailEpochs = 32;
    private const int KeptInTail = 8;
    private static readonly string[] KindNames = ["+I", "-U", "+U", "-D"];

    private readonly JobGraph _graph;
    private readonly CheckpointStore _store;
    private readonly Generation _generation;
    private readonly IReadOnlyList<LedgerTable> _tables;
    private readonly Dictionary<(int Fragment, int Subtask), TallySnapshot> _claimed = [];
    private readonly Dictionary<string, (long Rows, RowSum Sum)> _totals = new(StringComparer.Ordinal);
    private List<EpochLedger> _tail = [];
    private LedgerArchive? _archive;
    private JobLedger? _pending;
    private IReadOnlyList<TaskSnapshot> _pendingTasks = [];

    public LedgerChain(JobGraph graph, CheckpointStore store, Generation generation, JobLedger? before)
    {
        _graph = graph;
        _store = store;
        _generation = generation;
        _tables = TablesOf(graph);
        if (before is { RowHash: JobLedger.CurrentRowHash, Epochs.Count: > 0 })
        {
            _tail = [.. before.Epochs];
            _archive = before.Archive;
            foreach (SinkLedger sink in before.Epochs[^1].Sinks)
            {
                _totals[sink.Uid] = (sink.TotalRows, RowSum.TryParse(sink.TotalSum, out RowSum sum) ? sum : default);
            }
        }
    }

    /// <summary>Makes the ledger as of an epoch that is about to be claimed.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="parent">The claimed epoch before.</param>
    /// <param name="isExact">Whether barriers cut all channels at one place since then.</param>
    /// <param name="isFinal">Whether all inputs ended.</param>
    /// <param name="tasks">One a task.</param>
    public JobLedger Make(long epoch, long parent, bool isExact, bool isFinal, IReadOnlyList<TaskSnapshot> tasks)
    {
        Archive();
        bool isFirst = _claimed.Count == 0;
        var entry = new EpochLedger(
            epoch, parent, _generation.Number, isFirst, isExact, isFinal, Sources(tasks, isFirst), Nodes(tasks), Sinks(tasks));
        _pendingTasks = tasks;
        _pending = new JobLedger(JobLedger.CurrentRowHash, _archive, _tables, [.. _tail, entry]);
        return _pending;
    }

    /// <summary>The epoch made last is claimed: the next one goes on from it.</summary>
    public void Claimed()
    {
        EpochLedger entry = _pending!.Epochs[^1];
        _tail.Add(entry);
        foreach (SinkLedger sink in entry.Sinks)
        {
            _totals[sink.Uid] = (sink.TotalRows, RowSum.TryParse(sink.TotalSum, out RowSum sum) ? sum : default);
        }

        foreach (TaskSnapshot task in _pendingTasks)
        {
            _claimed[(task.Fragment, task.Subtask)] = task.Tally!;
        }

        _pending = null;
        _pendingTasks = [];
    }

    private static List<LedgerTable> TablesOf(JobGraph graph)
    {
        var tables = new List<LedgerTable>();
        foreach (PhysicalNode node in graph.Plan.Nodes)
        {
            if (node is SinkNode sink)
            {
                var options = new TableOption[sink.Table.Options.Count];
                for (int i = 0; i < options.Length; i++)
                {
                    TableOption option = sink.Table.Options[i];
                    options[i] = option with { Value = OptionTable.Shown(option.Key, option.Value) };
                }

                tables.Add(new LedgerTable(
                    sink.Uid,
                    PlanCodec.WriteTable(sink.Table with { Options = ValueList.Create<TableOption>(options) })));
            }
        }

        return tables;
    }

    /// <summary>Moves the older part of a long tail into an object of its own.</summary>
    private void Archive()
    {
        if (_tail.Count < TailEpochs)
        {
            return;
        }

        List<EpochLedger> old = _tail.GetRange(0, _tail.Count - KeptInTail);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(
            new LedgerSegment(_archive, old), ManifestJson.Default.LedgerSegment);
        _archive = _store.PutLedger(
            bytes, old[0].Epoch, old[^1].Epoch, _generation.Number, _generation.Nonce);
        _tail = _tail.GetRange(old.Count, KeptInTail);
    }

    private List<SourceLedger> Sources(IReadOnlyList<TaskSnapshot> tasks, bool isFirst)
    {
        var sources = new List<SourceLedger>();
        var splitsOf = new Dictionary<string, List<SplitLedger>>(StringComparer.Ordinal);
        foreach (TaskSnapshot task in tasks)
        {
            TallySnapshot? before = _claimed.GetValueOrDefault((task.Fragment, task.Subtask));
            for (int i = 0; i < task.Tally!.Sources.Count; i++)
            {
                SourceCount source = task.Tally.Sources[i];
                if (!splitsOf.TryGetValue(source.Uid, out List<SplitLedger>? splits))
                {
                    splitsOf[source.Uid] = splits = [];
                    sources.Add(new SourceLedger(source.Uid, source.Table, source.MayForget, splits));
                }

                AddSplits(splits, source, before?.Sources[i], isFirst);
            }
        }

        foreach (List<SplitLedger> splits in splitsOf.Values)
        {
            splits.Sort(static (left, right) => string.CompareOrdinal(left.Split, right.Split));
        }

        return sources;
    }

    private static void AddSplits(List<SplitLedger> splits, SourceCount source, SourceCount? before, bool isFirst)
    {
        foreach ((string split, SplitCount now) in source.Splits)
        {
            SplitCount? then = before?.Splits.GetValueOrDefault(split);
            string? from = then is null ? now.From : then.To;
            long rows = now.Rows - (then?.Rows ?? 0);
            if (isFirst || rows > 0 || from != now.To)
            {
                splits.Add(new SplitLedger(
                    split, from, now.To, rows,
                    now.HasSum ? (now.Sum - (then?.Sum ?? default)).ToString() : null,
                    now.Expected is { } expected ? expected - (then?.Expected ?? 0) : null));
            }
        }

        if (before is null)
        {
            return;
        }

        foreach ((string split, SplitCount then) in before.Splits)
        {
            if (then.To is not null && !source.Splits.ContainsKey(split))
            {
                splits.Add(new SplitLedger(split, then.To, null, 0, null, null));
            }
        }
    }

    private List<NodeLedger> Nodes(IReadOnlyList<TaskSnapshot> tasks)
    {
        var nodes = new List<NodeLedger>();
        var counts = new Dictionary<int, NodeCount>();
        foreach (TaskSnapshot task in tasks)
        {
            TallySnapshot? before = _claimed.GetValueOrDefault((task.Fragment, task.Subtask));
            foreach ((int node, NodeCount now) in task.Tally!.Nodes)
            {
                NodeCount difference = Minus(now, before?.Nodes.GetValueOrDefault(node));
                counts[node] = counts.TryGetValue(node, out NodeCount? sum) ? Plus(sum, difference) : difference;
            }
        }

        foreach (PhysicalNode node in _graph.Plan.Nodes)
        {
            if (!counts.TryGetValue(node.Id, out NodeCount? count))
            {
                continue;
            }

            long sent = Sent(node, counts);
            if (sent != 0 || count.RowsIn != 0 || count.RowsOut != 0 || count.Dropped is not null)
            {
                nodes.Add(new NodeLedger(node.Uid, sent, count.RowsIn, count.RowsOut, count.Dropped));
            }
        }

        return nodes;
    }

    /// <summary>Adds up what a node's inputs sent to it: a broadcast sends each row to every subtask.</summary>
    private long Sent(PhysicalNode node, Dictionary<int, NodeCount> counts)
    {
        long sent = 0;
        foreach (int input in node.Inputs)
        {
            PhysicalNode from = _graph.Plan.Nodes[input];
            long copies = 1;
            while (from is ExchangeNode exchange)
            {
                copies *= exchange.Partitioning == Partitioning.Broadcast ? ParallelismOf(node) : 1;
                from = _graph.Plan.Nodes[exchange.Inputs[0]];
            }

            sent += copies * (counts.GetValueOrDefault(from.Id)?.RowsOut ?? 0);
            if (node is LateRowsNode)
            {
                // Late rows come beside the input, by a way of their own.
                sent += counts.GetValueOrDefault(from.Id)?.Dropped?.GetValueOrDefault("lateRows") ?? 0;
            }
        }

        return sent;
    }

    private int ParallelismOf(PhysicalNode node)
    {
        foreach (Fragment fragment in _graph.Fragments)
        {
            foreach (int id in fragment.Nodes)
            {
                if (id == node.Id)
                {
                    return fragment.Parallelism;
                }
            }
        }

        return 1;
    }

    private List<SinkLedger> Sinks(IReadOnlyList<TaskSnapshot> tasks)
    {
        var sinks = new List<SinkLedger>();
        foreach (PhysicalNode node in _graph.Plan.Nodes)
        {
            if (node is SinkNode sink)
            {
                sinks.Add(SinkOf(sink, tasks));
            }
        }

        return sinks;
    }

    private SinkLedger SinkOf(SinkNode node, IReadOnlyList<TaskSnapshot> tasks)
    {
        var rows = new long[KindNames.Length];
        var sums = new RowSum[KindNames.Length];
        List<SinkPart>? parts = null;
        bool hasSums = true;
        foreach (TaskSnapshot task in tasks)
        {
            SinkCount? before = Find(_claimed.GetValueOrDefault((task.Fragment, task.Subtask)), node.Uid);
            if (Find(task.Tally, node.Uid) is not { } now)
            {
                continue;
            }

            hasSums &= now.HasSums;
            for (int kind = 0; kind < rows.Length; kind++)
            {
                rows[kind] += now.Kinds[kind].Rows - (before?.Kinds[kind].Rows ?? 0);
                sums[kind] += now.Kinds[kind].Sum - (before?.Kinds[kind].Sum ?? default);
            }

            if (now.Parts is not null)
            {
                (parts ??= []).AddRange(now.Parts);
            }
        }

        (long totalRows, RowSum totalSum) = _totals.GetValueOrDefault(node.Uid);
        var written = new List<KindLedger>();
        for (int kind = 0; kind < rows.Length; kind++)
        {
            totalRows += rows[kind];
            totalSum += sums[kind];
            if (rows[kind] != 0)
            {
                written.Add(new KindLedger(KindNames[kind], rows[kind], hasSums ? sums[kind].ToString() : null));
            }
        }

        return new SinkLedger(
            node.Uid, node.Table.Name, written, parts, totalRows, hasSums ? totalSum.ToString() : null);
    }

    private static SinkCount? Find(TallySnapshot? tally, string uid)
    {
        foreach (SinkCount sink in tally?.Sinks ?? [])
        {
            if (sink.Uid == uid)
            {
                return sink;
            }
        }

        return null;
    }

    private static NodeCount Minus(NodeCount now, NodeCount? then) => new(
        now.RowsIn - (then?.RowsIn ?? 0), now.RowsOut - (then?.RowsOut ?? 0), Add(now.Dropped, then?.Dropped, -1));

    private static NodeCount Plus(NodeCount left, NodeCount right) => new(
        left.RowsIn + right.RowsIn, left.RowsOut + right.RowsOut, Add(left.Dropped, right.Dropped, 1));

    private static Dictionary<string, long>? Add(
        IReadOnlyDictionary<string, long>? left, IReadOnlyDictionary<string, long>? right, int sign)
    {
        var sum = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, long value) in left ?? new Dictionary<string, long>())
        {
            sum[name] = value;
        }

        foreach ((string name, long value) in right ?? new Dictionary<string, long>())
        {
            sum[name] = sum.GetValueOrDefault(name) + (sign * value);
        }

        foreach ((string name, long value) in left ?? new Dictionary<string, long>())
        {
            if (sum[name] == 0)
            {
                sum.Remove(name);
            }
        }

        return sum.Count == 0 ? null : sum;
    }
}
