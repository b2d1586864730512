using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Changelogs;

/// <summary>Finds columns whose value a later change of the row would need, but an expression gives anew each time.</summary>
/// <remarks>
/// Backward from the sinks each consumer names the columns of its updating input that must be the same when a row is taken
/// back: all of them where rows are found by content, the key where they are found by key. A clock or a random number below
/// would give another value then, and the old row would stand for ever. Where rows have a key, what was given is kept by it.
/// </remarks>
internal sealed class Determinism(IReadOnlyList<PhysicalNode> nodes, ChangelogFacts facts)
{
    private readonly SortedSet<int>[] _required = [.. nodes.Select(_ => new SortedSet<int>())];

    /// <summary>Returns the nodes with the columns, the functions and who needs them.</summary>
    public IReadOnlyList<(PhysicalNode Node, string Column, string Function, string Consumer)> Find()
    {
        List<(PhysicalNode, string, string, string)> found = [];
        var consumers = new Dictionary<int, string>();
        for (int id = nodes.Count - 1; id >= 0; id--)
        {
            PhysicalNode node = nodes[id];
            foreach (int input in node.Inputs)
            {
                if (!facts.Updates(input))
                {
                    continue;
                }

                int before = _required[input].Count;
                _required[input].UnionWith(Needs(node, input));
                if (_required[input].Count > before)
                {
                    consumers[input] = IsTransparent(node) ? consumers.GetValueOrDefault(id, node.Describe()) : node.Describe();
                }
            }

            if (node is ProjectNode project && facts.Updates(node.Inputs[0]))
            {
                foreach (int column in _required[id])
                {
                    if (Culprit(project.Expressions[column]) is { } function)
                    {
                        found.Add((node, node.Output[column].Name, function, consumers.GetValueOrDefault(id, "the sink")));
                    }
                }
            }
            else if (node is LookupJoinNode { GivesUpserts: false } lookup && facts.Updates(node.Inputs[0]))
            {
                int width = facts.Node(node.Inputs[0]).Output.Count;
                foreach (int column in _required[id].Where(c => (lookup.Columns.Count == 0 ? c : lookup.Columns[c]) >= width))
                {
                    found.Add((node, node.Output[column].Name, "a lookup", consumers.GetValueOrDefault(id, "the sink")));
                }
            }
            else if (node is SourceNode source && facts.Updates(id))
            {
                // A change tells of itself: the row that it takes back came with other metadata.
                foreach (int column in _required[id])
                {
                    if (source.Table.MetadataOf(source.Projection[column]) is { } key)
                    {
                        string function = $"METADATA '{key}'";
                        found.Add((node, node.Output[column].Name, function, consumers.GetValueOrDefault(id, "the sink")));
                    }
                }
            }
            else if (node is FilterNode filter && facts.Updates(node.Inputs[0]) && Culprit(filter.Predicate) is { } function)
            {
                found.Add((node, "WHERE", function, consumers.GetValueOrDefault(id, "the condition")));
            }
        }

        return found;
    }

    /// <summary>Asks for values to be kept where that can be and the option says so.</summary>
    public static void Resolve(IReadOnlyList<PhysicalNode> nodes, ChangelogFacts facts)
    {
        if (facts.IsBatch || !facts.Options.ResolvesNondeterminism)
        {
            return;
        }

        foreach ((PhysicalNode node, _, _, _) in new Determinism(nodes, facts).Find())
        {
            if (node is SourceNode { Table.PrimaryKey.Count: > 0 })
            {
                facts.Demands.Normalize(node.Uid);
            }
            else if (KeyOf(node, facts) is not null)
            {
                facts.Demands.Remember(node.Uid);
            }
        }
    }

    /// <summary>Returns the key by which what a node gives can be kept, or null.</summary>
    public static int[]? KeyOf(PhysicalNode node, ChangelogFacts facts) => node is not (ProjectNode or FilterNode) ? null
        : facts.Keys(node is FilterNode ? node.Inputs[0] : node.Id).Where(key => key.Length > 0).MinBy(key => key.Length);

    /// <summary>Reports what is found where the option says so.</summary>
    public static void Check(IReadOnlyList<PhysicalNode> nodes, ChangelogFacts facts, ChangelogReport report)
    {
        if (facts.IsBatch || !facts.Options.ResolvesNondeterminism)
        {
            return;
        }

        foreach ((PhysicalNode node, string column, string function, string consumer) in new Determinism(nodes, facts).Find())
        {
            report.Add(
                PlannerErrors.NotDeterministic, node,
                "Use a deterministic function or leave the column out; a table with a primary key that does not contain it, or a"
                + " query over inserts alone, need no old value, and rows that keep a key to here can be kept by it.",
                column, function, consumer);
        }
    }

    private static bool IsTransparent(PhysicalNode node) =>
        node is ProjectNode or FilterNode or ExchangeNode or UnionNode or LimitNode or WatermarkNode or UpsertChangesNode
            or SinkCheckNode;

    private IEnumerable<int> Needs(PhysicalNode node, int input)
    {
        SortedSet<int> required = _required[node.Id];
        switch (node)
        {
            case SinkNode { Table.PrimaryKey.Count: > 0 } sink:
                return sink.Table.PrimaryKey;
            case ChangelogNormalizeNode normalize:
                return normalize.Keys;
            case UpsertMaterializeNode { RowKey.Count: > 0 } materialize:
                return materialize.Keys.Concat(materialize.RowKey);
            case UpsertChangesNode changes:
                return required.Concat(changes.Keys);
            case ProjectNode project:
                return required.SelectMany(column => ExpressionTree.ColumnsOf(project.Expressions[column]));
            case FilterNode filter:
                return required.Concat(ExpressionTree.ColumnsOf(filter.Predicate));
            case LookupJoinNode lookup:
                int width = facts.Node(input).Output.Count;
                return required.Select(c => lookup.Columns.Count == 0 ? c : lookup.Columns[c]).Concat(lookup.LeftKeys)
                    .Concat(lookup.Residual is null ? [] : ExpressionTree.ColumnsOf(lookup.Residual))
                    .Where(c => c >= 0 && c < width);
            case GroupAggregateNode aggregate:
                return aggregate.Keys.Concat(aggregate.Aggregates.SelectMany(a => a.Arguments))
                    .Concat(aggregate.Aggregates.Where(a => a.Filter >= 0).Select(a => a.Filter));
            case ExchangeNode or UnionNode or LimitNode or WatermarkNode or SinkCheckNode:
                return required;
            default:
                return Enumerable.Range(0, facts.Node(input).Output.Count);
        }
    }

    private static string? Culprit(BoundExpression expression) =>
        expression is CallExpression call && FunctionTable.Find(call.Function)?.Volatility == Volatility.Volatile
            ? call.Function
            : ExpressionTree.Children(expression).Select(Culprit).FirstOrDefault(name => name is not null);
}
