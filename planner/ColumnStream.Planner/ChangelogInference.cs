using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;

namespace ColumnStream.Planner;

/// <summary>Decides for every edge whether it carries inserts, upserts by key or retractions.</summary>
/// <remarks>
/// Forward, each node says what it makes and which columns identify its rows; backward, each says whether it needs the
/// old image of an update (−U); forward again, the cheapest mode that serves all consumers is set. In batch mode every
/// edge carries inserts only: aggregates give their final rows at the end.
/// </remarks>
internal sealed class ChangelogInference
{
    private readonly List<PhysicalNode> _nodes;
    private readonly ConnectorRegistry _connectors;
    private readonly DiagnosticBag _diagnostics;
    private readonly IReadOnlyDictionary<int, SourceSpan> _sinkSpans;
    private readonly bool _isBatch;
    private readonly bool[] _updates;
    private readonly bool[] _needsOld;
    private readonly bool[] _isBounded;
    private readonly int[]?[] _keys;
    private readonly int[] _sinkOf;

    private ChangelogInference(
        List<PhysicalNode> nodes,
        ConnectorRegistry connectors,
        DiagnosticBag diagnostics,
        IReadOnlyDictionary<int, SourceSpan> sinkSpans,
        bool isBatch)
    {
        _nodes = nodes;
        _connectors = connectors;
        _diagnostics = diagnostics;
        _sinkSpans = sinkSpans;
        _isBatch = isBatch;
        _updates = new bool[nodes.Count];
        _needsOld = new bool[nodes.Count];
        _isBounded = new bool[nodes.Count];
        _keys = new int[nodes.Count][];
        _sinkOf = new int[nodes.Count];
    }

    /// <summary>Sets modes and upsert keys in place; returns whether every source ends.</summary>
    /// <param name="nodes">The nodes in post-order.</param>
    /// <param name="connectors">Tell what tables give and take.</param>
    /// <param name="diagnostics">Takes errors.</param>
    /// <param name="sinkSpans">The statement of each sink node.</param>
    /// <param name="isBatch">Whether the job runs in batch mode.</param>
    public static bool Run(
        List<PhysicalNode> nodes,
        ConnectorRegistry connectors,
        DiagnosticBag diagnostics,
        IReadOnlyDictionary<int, SourceSpan> sinkSpans,
        bool isBatch)
    {
        var inference = new ChangelogInference(nodes, connectors, diagnostics, sinkSpans, isBatch);
        foreach (PhysicalNode node in nodes)
        {
            inference.Produce(node);
        }

        for (int id = nodes.Count - 1; id >= 0; id--)
        {
            inference.Require(nodes[id]);
        }

        for (int id = 0; id < nodes.Count; id++)
        {
            nodes[id] = inference.WithInput(nodes[id]) with
            {
                Changelog = inference.ModeOf(nodes[id]),
                UpsertKey = ValueList.From(inference._keys[id] ?? []),
            };
        }

        foreach (SinkNode sink in nodes.OfType<SinkNode>())
        {
            inference.RefuseOldImages(sink);
        }

        return nodes.OfType<SinkNode>().All(sink => inference._isBounded[sink.Id]);
    }

    /// <summary>Tells aggregates whether their input only inserts, which saves them counting rows.</summary>
    private PhysicalNode WithInput(PhysicalNode node) => node switch
    {
        GroupAggregateNode aggregate => aggregate with { InsertOnlyInput = !_updates[node.Inputs[0]] },
        WindowAggregateNode aggregate => aggregate with { InsertOnlyInput = !_updates[node.Inputs[0]] },
        _ => node,
    };

    private void Produce(PhysicalNode node)
    {
        int id = node.Id;
        int input = node.Inputs.Count > 0 ? node.Inputs[0] : -1;
        _isBounded[id] = node switch
        {
            SourceNode source => _connectors.Find(source.Table.Connector)?.IsBounded(source.Table) ?? false,
            _ => node.Inputs.All(i => _isBounded[i]),
        };
        _updates[id] = !_isBatch && node switch
        {
            SourceNode source => SourceMode(source) != ChangelogMode.InsertOnly,
            GroupAggregateNode aggregate => aggregate.Aggregates.Count > 0 || _updates[input],
            WindowAggregateNode or SortNode or OverNode => false,
            SemiJoinNode { Kind: not SemiJoinKind.Semi } or ScalarJoinNode => true,
            _ => node.Inputs.Any(i => _updates[i]),
        };
        _keys[id] = node switch
        {
            SourceNode source => SourceKey(source),
            GroupAggregateNode aggregate => [.. Enumerable.Range(0, aggregate.Keys.Count)],
            WindowAggregateNode window => WindowKey(window),
            ProjectNode project => ProjectKey(project, _keys[input]),
            SemiJoinNode join => SemiJoinKey(join, _keys[input]),
            WindowAssignNode { Window.Kind: not WindowKind.Tumble } or UnionNode or ValuesNode or ExpandNode => null,
            _ => input < 0 ? null : _keys[input],
        };
    }

    private ChangelogMode SourceMode(SourceNode source) =>
        _connectors.Find(source.Table.Connector)?.SourceChangelog(source.Table) ?? ChangelogMode.InsertOnly;

    private static int[]? SourceKey(SourceNode source)
    {
        int[] projection = [.. source.Projection];
        int[] key = [.. source.Table.PrimaryKey.Select(column => Array.IndexOf(projection, column))];
        return key.Length == 0 || key.Contains(-1) ? null : key;
    }

    private static int[] WindowKey(WindowAggregateNode node)
    {
        int start = node.Keys.Count + node.Aggregates.Count;
        return [.. Enumerable.Range(0, node.Keys.Count), start, start + 1];
    }

    /// <summary>Keeps a key whose rows all meet in one subtask; the order of their changes is lost otherwise.</summary>
    private static int[]? SemiJoinKey(SemiJoinNode join, int[]? key)
    {
        int columns = join.IsNullAware ? join.LeftKeys.Count - 1 : join.LeftKeys.Count;
        return key is not null && join.LeftKeys.Take(columns).All(key.Contains) ? key : null;
    }

    private static int[]? ProjectKey(ProjectNode project, int[]? key)
    {
        if (key is null)
        {
            return null;
        }

        int[] moved = [.. key.Select(column => project.Expressions.ToList()
            .FindIndex(e => e is ColumnExpression reference && reference.Index == column))];
        return moved.Contains(-1) ? null : moved;
    }

    private void Require(PhysicalNode node)
    {
        if (node is SinkNode sink)
        {
            _sinkOf[node.Id] = node.Id;
            RequireSink(sink);
        }

        foreach (int input in node.Inputs)
        {
            _sinkOf[input] = _sinkOf[node.Id];
            if (_updates[input])
            {
                _needsOld[input] |= NeedsOld(node, input);
                RefuseUpdates(node, input);
            }
        }

        if (node is SourceNode source && _needsOld[node.Id] && SourceMode(source) == ChangelogMode.Upsert)
        {
            Report(PlannerErrors.NeedsOldRows, node, null, Maker(Consumer(node)), Short(source.Table));
        }

        if (node is SortNode sort && !_isBounded[node.Id] && !_isBatch)
        {
            string what = string.Join(", ", sort.Keys.Select(k => sort.Output[k.Column].Name));
            if (sort.Keys.Count == 0)
            {
                Report(PlannerErrors.LimitUpdating, node, "Read a bounded table.", Maker(node.Inputs[0]));
            }
            else
            {
                Report(PlannerErrors.SortUnbounded, node, "Read a bounded table, or drop ORDER BY.", what);
            }
        }
    }

    private bool NeedsOld(PhysicalNode consumer, int input) => consumer switch
    {
        SinkNode sink => _connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table) == ChangelogMode.Retract,
        GroupAggregateNode or WindowAggregateNode or SortNode or UnionNode or SemiJoinNode or ScalarJoinNode => true,
        FilterNode filter => _needsOld[consumer.Id] || _keys[input] is not { } key
            || !ExpressionTree.ColumnsOf(filter.Predicate).All(key.Contains),
        ProjectNode => _needsOld[consumer.Id] || _keys[consumer.Id] is null,
        _ => _needsOld[consumer.Id],
    };

    private void RefuseUpdates(PhysicalNode consumer, int input)
    {
        ValueList<AggregateCall> calls = consumer switch
        {
            GroupAggregateNode aggregate => aggregate.Aggregates,
            WindowAggregateNode aggregate => aggregate.Aggregates,
            _ => default,
        };
        if (calls.FirstOrDefault(c => AggregateTable.Find(c.Function) is { CanRetract: false }) is { } call)
        {
            Report(PlannerErrors.NeedsInserts, consumer, null, call.Function, Maker(input));
        }

        if (consumer is WindowAssignNode)
        {
            Report(
                PlannerErrors.NeedsInserts, consumer, "Group by window_start and window_end.",
                "A window function without its aggregation", Maker(input));
        }
        else if (consumer is LimitNode && !_isBounded[consumer.Id])
        {
            Report(PlannerErrors.LimitUpdating, consumer, null, Maker(input));
        }
    }

    private void RequireSink(SinkNode sink)
    {
        int input = sink.Inputs[0];
        if (!_updates[input] || _connectors.Find(sink.Table.Connector) is not { } connector)
        {
            return;
        }

        switch (connector.SinkChangelog(sink.Table))
        {
            case ChangelogMode.InsertOnly:
                Report(
                    PlannerErrors.SinkTakesInserts, sink,
                    "Aggregate over a window, write to format debezium-json or to a table with a primary key, or run in"
                    + " batch mode.",
                    Short(sink.Table), Maker(input));
                break;
            case ChangelogMode.Upsert when sink.Table.PrimaryKey.Count == 0:
                Report(
                    PlannerErrors.SinkNeedsKey, sink, $"Add PRIMARY KEY ({KeyNames(input)}) NOT ENFORCED to the table.",
                    Short(sink.Table), Maker(input));
                break;
            case ChangelogMode.Upsert when _keys[input] is not { } key || !key.Order().SequenceEqual(sink.Table.PrimaryKey.Order()):
                string declared = string.Join(", ", sink.Table.PrimaryKey.Select(k => sink.Table.Columns[k].Name));
                Report(
                    PlannerErrors.KeyDiffers, sink, $"Declare PRIMARY KEY ({KeyNames(input)}) NOT ENFORCED.", declared,
                    Short(sink.Table), KeyNames(input));
                break;
        }
    }

    /// <summary>Refuses −U at a sink by key: a filter over updates, or another consumer, needs them upstream.</summary>
    private void RefuseOldImages(SinkNode sink)
    {
        if (_nodes[sink.Inputs[0]].Changelog == ChangelogMode.Retract
            && _connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table) == ChangelogMode.Upsert)
        {
            Report(
                PlannerErrors.NotSupported, sink, "Write to format debezium-json, or filter by key columns only.",
                "Retractions into a table that takes updates by key");
        }
    }

    private string KeyNames(int id) => _keys[id] is { Length: > 0 } key
        ? string.Join(", ", key.Select(column => _nodes[id].Output[column].Name)) : "none";

    private ChangelogMode ModeOf(PhysicalNode node)
    {
        if (!_updates[node.Id])
        {
            return ChangelogMode.InsertOnly;
        }

        return node switch
        {
            SourceNode source => SourceMode(source),
            GroupAggregateNode => _needsOld[node.Id] ? ChangelogMode.Retract : ChangelogMode.Upsert,
            SemiJoinNode or ScalarJoinNode => ChangelogMode.Retract,
            _ => node.Inputs.Any(i => _nodes[i].Changelog == ChangelogMode.Retract)
                ? ChangelogMode.Retract : ChangelogMode.Upsert,
        };
    }

    /// <summary>Names the step that makes updates, for messages.</summary>
    private string Maker(int id) => _nodes[id] switch
    {
        GroupAggregateNode { Keys.Count: 0 } => "the aggregation over all rows",
        GroupAggregateNode node => $"GROUP BY ({string.Join(", ", node.Keys.Select((k, i) => node.Output[i].Name))})",
        SourceNode node => $"table '{Short(node.Table)}'",
        UnionNode node => Maker(node.Inputs.First(i => _updates[i])),
        FilterNode or ProjectNode or ExchangeNode or LimitNode or WatermarkNode or WindowAssignNode or ExpandNode =>
            Maker(_nodes[id].Inputs[0]),
        SinkNode node => $"table '{Short(node.Table)}'",
        SortNode => "ORDER BY",
        OverNode => "OVER",
        SemiJoinNode or ScalarJoinNode => "the query in WHERE",
        _ => "the query",
    };

    private static string Short(TableSpec table) => table.Name[(table.Name.LastIndexOf('.') + 1)..];

    private int Consumer(PhysicalNode node) =>
        _nodes.First(n => n.Inputs.Contains(node.Id) && NeedsOld(n, node.Id)).Id;

    private void Report(ErrorCode error, PhysicalNode node, string? hint, params ReadOnlySpan<object?> values) =>
        _diagnostics.Report(error, _sinkSpans.GetValueOrDefault(_sinkOf[node.Id]), hint, values);
}
