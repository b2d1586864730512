using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Sabotage;

namespace ColumnStream.Sql.Tests.Queries;

/// <summary>Lists the bugs that tests plant.</summary>
internal static class Plants
{
    public static IReadOnlyList<Plant> All { get; } =
    [
        Node("a −U is dropped", n => n is GroupAggregateNode or JoinNode && n.Changelog == ChangelogMode.Retract
            ? SabotagedNode.Of(n) with { Writes = () => (batch, row) => Kind(batch, row) != RowKind.UpdateBefore }
            : n),
        Node("NULL keys are forgotten", n => n is GroupAggregateNode { Keys.Count: > 0 } g
            ? SabotagedNode.Of(n) with { Reads = () => (batch, row) => !batch.Rows.Columns[g.Keys[0]].IsNull(row) }
            : n),
        Node("windows end a millisecond late", n => n switch
        {
            WindowAggregateNode w => w with { Window = w.Window with { OffsetMs = w.Window.OffsetMs + 1 } },
            WindowAssignNode w => w with { Window = w.Window with { OffsetMs = w.Window.OffsetMs + 1 } },
            _ => n,
        }),
        Node("the third retraction is lost", n =>
            n is GroupAggregateNode or SemiJoinNode or SetOperationNode or JoinNode or RankNode
            ? SabotagedNode.Of(n) with { Reads = () => LoseThirdRetraction() }
            : n),
        Node("padded rows of outer joins stay when a match comes", n => n is JoinNode { Type: not JoinType.Inner }
            ? SabotagedNode.Of(n) with { Writes = () => (batch, row) => Kind(batch, row) != RowKind.Delete }
            : n),
        Node("DISTINCT counts plainly", n => n is GroupAggregateNode g && g.Aggregates.Any(a => a.Distinct)
            ? g with { Aggregates = Plain(g.Aggregates) }
            : n is WindowAggregateNode w && w.Aggregates.Any(a => a.Distinct) ? w with { Aggregates = Plain(w.Aggregates) } : n),
        new("a filter goes below the side that gives NULLs", static graph => graph) { Rewrite = MoveFilterIntoJoin },
        Node("top-N keeps one row less", n => n is RankNode { End: > 1 and < long.MaxValue } r && r.End > r.Start
            ? r with { End = r.End - 1 }
            : n),
        Node("a restore forgets half of its key groups", n =>
            n is GroupAggregateNode or SemiJoinNode or SetOperationNode or JoinNode
            ? SabotagedNode.Of(n) with { ForgetsHalf = true }
            : n),
        Node("EXCEPT counts its rows", n => n is SetOperationNode { IsAll: false } s ? s with { IsAll = true } : n),
        Node("NOT IN knows two truths only", n => n is SemiJoinNode { IsNullAware: true } s ? s with { IsNullAware = false } : n),
        Node("semi joins keep rows whose match is gone", n => n is SemiJoinNode
            ? SabotagedNode.Of(n) with { Writes = () => (batch, row) => Kind(batch, row) != RowKind.Delete }
            : n),
    ];

    private static Plant Node(string name, Func<PhysicalNode, PhysicalNode> change) => new(name, graph =>
    {
        PhysicalNode[] nodes = [.. graph.Plan.Nodes.Select(change)];
        return nodes.Zip(graph.Plan.Nodes).All(pair => ReferenceEquals(pair.First, pair.Second))
            ? graph
            : graph with { Plan = new PhysicalPlan(ValueList.From(nodes)) };
    });

    private static unsafe RowKind Kind(StreamBatch batch, int row) => batch.Kinds is null ? RowKind.Insert : batch.Kinds[row];

    private static Func<StreamBatch, int, bool> LoseThirdRetraction()
    {
        int seen = 0;
        return (batch, row) => Kind(batch, row) is not (RowKind.Delete or RowKind.UpdateBefore) || ++seen != 3;
    }

    private static ValueList<Compute.Expressions.AggregateCall> Plain(ValueList<Compute.Expressions.AggregateCall> calls) =>
        ValueList.From(calls.Select(c => c with { Distinct = false }));

    /// <summary>Makes of <c>… LEFT JOIN b ON c WHERE p</c> what a wrong push-down would: <c>… LEFT JOIN b ON c AND p</c>.</summary>
    private static string MoveFilterIntoJoin(string way, string sql)
    {
        const string Where = " WHERE ";
        int join = sql.IndexOf(" LEFT JOIN ", StringComparison.Ordinal);
        int depth = 0;
        for (int i = join + 1; way != QueryBench.NoRules && join >= 0 && i < sql.Length && depth >= 0; i++)
        {
            depth += sql[i] == '(' ? 1 : sql[i] == ')' ? -1 : 0;
            if (depth == 0 && string.CompareOrdinal(sql, i, Where, 0, Where.Length) == 0)
            {
                return sql[..i] + " AND " + sql[(i + Where.Length)..];
            }
        }

        return sql;
    }
}
