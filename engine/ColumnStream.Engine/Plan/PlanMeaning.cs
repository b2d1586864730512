using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Reflection;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using SortKey = ColumnStream.Engine.Operators.SortKey;

namespace ColumnStream.Engine.Plan;

/// <summary>Reads out of a physical plan what rows and columns each node gives, by name and never by position.</summary>
/// <remarks>
/// A uid is taken on the bound plan and says which state a user means; this says what the state holds after all rules, so that
/// a filter that was pushed below an operator counts as part of what it keeps. Steps that keep nothing leave no trace of
/// their order: filters are a set, exchanges and watermarks are looked through.
/// </remarks>
public sealed class PlanMeaning
{
    /// <summary>Begins the label of a fact that only names an aggregate's state for people.</summary>
    public const string AggregateLabel = "aggregate ";

    private const string DefaultPath = "default_catalog.default_database.";
    private readonly PhysicalNode[] _nodes;
    private readonly string[][] _columns;
    private readonly RowSet[] _rows;

    private PlanMeaning(PhysicalPlan plan)
    {
        _nodes = [.. plan.Nodes.Select(node => node.Meant())];
        _columns = new string[_nodes.Length][];
        _rows = new RowSet[_nodes.Length];
        for (int i = 0; i < _nodes.Length; i++)
        {
            (_rows[i], _columns[i]) = Read(_nodes[i]);
        }
    }

    private sealed record RowSet(string Base, ValueList<string> Conditions)
    {
        public override string ToString() => Lineage.Shortened(
            Conditions.Count == 0 ? Base : $"{Base} where {string.Join(" and ", Conditions)}");
    }

    /// <summary>Reads a plan.</summary>
    public static PlanMeaning Of(PhysicalPlan plan) => new(plan);

    /// <summary>Returns what each column that leaves a node means.</summary>
    public IReadOnlyList<string> Columns(int node) => _columns[node];

    /// <summary>Returns which rows leave a node.</summary>
    public string Rows(int node) => _rows[node].ToString();

    /// <summary>Returns a node's name on the wire, without version.</summary>
    public static string KindOf(PhysicalNode node) =>
        node.Meant().GetType().GetCustomAttribute<PlanNodeAttribute>()?.Name ?? node.Meant().GetType().Name;

    /// <summary>Tells whether rows that leave a node are taken back or changed; of a first phase, those that it folds.</summary>
    public bool Updates(int node) => _nodes[node] switch
    {
        ExchangeNode or LocalAggregateNode => Updates(_nodes[node].Inputs[0]),
        { } other => other.Changelog != ChangelogMode.InsertOnly,
    };

    /// <summary>Returns what the state of a node means.</summary>
    public OperatorMeaning Of(PhysicalNode node)
    {
        node = node.Meant();
        var facts = new List<TableOption>();
        switch (node)
        {
            case SourceNode source:
                facts.Add(new TableOption("table", Short(source.Table.Name)));
                facts.Add(new TableOption("connector", source.Table.Connector));
                break;
            case ValuesNode values:
                facts.Add(new TableOption("table", Rows(values.Id)));
                break;
            case SinkNode sink:
                facts.Add(new TableOption("table", Short(sink.Table.Name)));
                facts.Add(new TableOption("connector", sink.Table.Connector));
                break;
            case WatermarkNode watermark:
                facts.Add(new TableOption("time", _columns[node.Inputs[0]][watermark.TimeColumn]));
                break;
            default:
                AddOwn(node, facts);
                AddInputs(node, facts);
                break;
        }

        return new OperatorMeaning(KindOf(node), ValueList.From(facts));
    }

    private void AddInputs(PhysicalNode node, List<TableOption> facts)
    {
        string[] sides = node.Inputs.Count == 1 ? [string.Empty] : ["left ", "right "];
        for (int i = 0; i < Math.Min(node.Inputs.Count, sides.Length); i++)
        {
            facts.Add(new TableOption(sides[i] + "rows", Rows(node.Inputs[i])));
            facts.Add(new TableOption(sides[i] + "changes", Updates(node.Inputs[i]) ? "updates" : "inserts"));
        }
    }

    private void AddOwn(PhysicalNode node, List<TableOption> facts)
    {
        string[] input = node.Inputs.Count == 0 ? [] : _columns[node.Inputs[0]];
        string[] right = node.Inputs.Count < 2 ? [] : _columns[node.Inputs[1]];
        switch (node)
        {
            case GroupAggregateNode group:
                facts.Add(Keys("keys", group.Keys, input));
                AddAggregates(group.Aggregates, Folded(node), facts);
                break;
            case WindowAggregateNode window:
                facts.Add(Keys("keys", window.Keys, input));
                AddAggregates(window.Aggregates, Folded(node), facts);
                facts.Add(new TableOption("window", Window(window.Window, input)));
                break;
            case WindowAssignNode assign:
                facts.Add(new TableOption("window", Window(assign.Window, input)));
                break;
            case WindowArgMaxNode best:
                facts.Add(Keys("keys", best.Keys, input));
                facts.Add(new TableOption("window", Window(best.Window, input)));
                facts.Add(new TableOption("extreme", $"{input[best.Value]} {best.IsLeast} {best.LowerMs} {best.UpperMs}"));
                break;
            case RankNode rank:
                facts.Add(Keys("keys", rank.Partition, input));
                facts.Add(Order(rank.Order, input));
                facts.Add(new TableOption("places", Places($"{rank.Function}", rank.Start, rank.End)));
                break;
            case WindowRankNode rank:
                facts.Add(Keys("keys", rank.Partition, input));
                facts.Add(Order(rank.Order, input));
                facts.Add(new TableOption("places", Places($"{rank.Function}", rank.Start, rank.End)));
                break;
            case OverNode over:
                AddOver(over.Partition, over.Calls, input, facts);
                facts.Add(Order(over.Order, input));
                break;
            case SortedOverNode over:
                AddOver(over.Partition, over.Calls, input, facts);
                facts.Add(Order(over.Order, input));
                break;
            case TimeOverNode over:
                AddOver(over.Partition, over.Calls, input, facts);
                facts.Add(new TableOption("order", input[over.TimeColumn]));
                break;
            case SortNode sort:
                facts.Add(Order(sort.Keys, input));
                break;
            case JoinNode join:
                facts.Add(new TableOption("type", $"{join.Type}"));
                facts.Add(Keys("left keys", join.LeftKeys, input));
                facts.Add(Keys("right keys", join.RightKeys, right));
                facts.Add(new TableOption(
                    "condition", join.Residual is null ? string.Empty : Lineage.Text(join.Residual, [.. input, .. right])));
                break;
            case IntervalJoinNode join:
                facts.Add(new TableOption("type", $"{join.Type}"));
                facts.Add(Keys("left keys", join.LeftKeys, input));
                facts.Add(Keys("right keys", join.RightKeys, right));
                facts.Add(new TableOption("bounds", string.Create(
                    CultureInfo.InvariantCulture, $"{join.LowerMs} ms to {join.UpperMs} ms")));
                break;
            case ChangelogNormalizeNode normalize:
                facts.Add(Keys("keys", normalize.Keys, input));
                break;
            case UpsertMaterializeNode materialize:
                facts.Add(Keys("keys", materialize.Keys, input));
                break;
            default:
                break;
        }
    }

    /// <summary>Returns the columns that an aggregation folds, in one phase or in two.</summary>
    private string[] Folded(PhysicalNode node)
    {
        int at = node.Inputs[0];
        while (_nodes[at] is ExchangeNode)
        {
            at = _nodes[at].Inputs[0];
        }

        return _columns[_nodes[at] is LocalAggregateNode local ? local.Inputs[0] : node.Inputs[0]];
    }

    /// <summary>Names the aggregates for people; which they are is said by the state's columns.</summary>
    private static void AddAggregates(ValueList<AggregateCall> calls, string[] input, List<TableOption> facts)
    {
        foreach (AggregateCall call in calls)
        {
            string arguments = call.Arguments.Count == 0 ? "*"
                : string.Join(", ", call.Arguments.Select(a => a < input.Length ? input[a] : "…"));
            string filter = call.Filter < 0 || call.Filter >= input.Length ? string.Empty : $" FILTER (WHERE {input[call.Filter]})";
            facts.Add(new TableOption(
                AggregateLabel + call.StateId, $"{call.Function}({(call.Distinct ? "DISTINCT " : null)}{arguments}){filter}"));
        }
    }

    private static void AddOver(
        ValueList<int> partition, ValueList<WindowCall> calls, string[] input, List<TableOption> facts)
    {
        facts.Add(Keys("keys", partition, input));
        facts.Add(new TableOption(
            "calls", Lineage.Shortened(string.Join("; ", calls.Select(c => $"{Lineage.Text(c.Call, input)} {c.Frame}")))));
    }

    private static TableOption Keys(string label, ValueList<int> keys, string[] columns) =>
        new(label, string.Join(", ", keys.Select(k => columns[k])));

    private static TableOption Order(ValueList<SortKey> keys, string[] columns) => new(
        "order",
        string.Join(", ", keys.Select(
            k => $"{columns[k.Column]}{(k.Descending ? " desc" : null)}{(k.NullsFirst ? " nulls first" : null)}")));

    private static string Places(string function, long start, long end) => string.Create(
        CultureInfo.InvariantCulture, $"{function} {start} to {(end == long.MaxValue ? "all" : end)}");

    private static string Window(WindowSpec window, string[] columns)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{window.Kind} {window.SizeMs} ms, {window.SlideMs} ms, {window.OffsetMs} ms");
        return text + (window.IsLocal ? ", local" : null)
            + (window.Partition.Count == 0 ? null : $" by {string.Join(", ", window.Partition.Select(c => columns[c]))}");
    }

    private (RowSet Rows, string[] Columns) Read(PhysicalNode node)
    {
        string[] input = node.Inputs.Count == 0 ? [] : _columns[node.Inputs[0]];
        RowSet rows = node.Inputs.Count == 0 ? new RowSet(string.Empty, []) : _rows[node.Inputs[0]];
        switch (node)
        {
            case SourceNode source:
                return (new RowSet(Short(source.Table.Name), []),
                    [.. source.Projection.Select(c => $"{Short(source.Table.Name)}.{source.Table.Columns[c].Name}")]);
            case ValuesNode values:
                string text = $"values {Lineage.Hash([.. values.Rows.Select(r => string.Join(',', r.Cells))])}";
                return (new RowSet(text, []), [.. values.Output.Select((_, i) => $"{text}.{i}")]);
            case FilterNode filter:
                IEnumerable<string> conditions = Lineage.Conjuncts(filter.Predicate).Select(c => Lineage.Text(c, input));
                return (rows with { Conditions = ValueList.From(
                    rows.Conditions.Concat(conditions).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)) }, input);
            case ProjectNode project:
                return (rows, [.. project.Expressions.Select(e => Lineage.Text(e, input))]);
            case LocalAggregateNode local:
                return (rows, [.. local.Keys.Select(k => input[k]), .. local.Output.Skip(local.Keys.Count).Select(f => f.Name)]);
            case WindowAssignNode assign:
                string window = Window(assign.Window, input);
                return (rows with { Base = $"{rows.Base} in {window}" },
                    [.. input, .. assign.Output.Skip(input.Length).Select((_, i) => $"{window}.{i}")]);
            case UnionNode union:
                return ReadUnion(union);
            case JoinNode join:
                return ReadJoin(join, rows, input);
            case LookupJoinNode lookup:
                string[] both = [.. input, .. lookup.Right.Select(f => $"{Short(lookup.Table.Name)}.{f.Name}")];
                return (new RowSet($"({rows} {lookup.Type} lookup {Short(lookup.Table.Name)})", []),
                    lookup.Columns.Count == 0 ? both : [.. lookup.Columns.Select(c => both[c])]);
            case GroupAggregateNode group:
                return ReadGroups(node, rows, input, group.Keys, group.Aggregates, string.Empty);
            case WindowAggregateNode group:
                return ReadGroups(
                    node, rows, input, group.Keys, group.Aggregates, " in " + Window(group.Window, input));
            default:
                return node.Inputs.Count == 2 ? ReadPair(node, rows, input) : ReadOther(node, rows, input);
        }
    }

    private (RowSet Rows, string[] Columns) ReadUnion(UnionNode union)
    {
        var columns = new string[union.Output.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            string[] branches = [.. union.Inputs.Select(b => _columns[b][i])];
            columns[i] = branches.Distinct(StringComparer.Ordinal).Count() == 1 ? branches[0] : Lineage.Hash(branches);
        }

        return (new RowSet($"({string.Join(" union ", union.Inputs.Select(b => _rows[b]))})", []), columns);
    }

    private (RowSet Rows, string[] Columns) ReadJoin(JoinNode join, RowSet left, string[] columns)
    {
        string[] both = [.. columns, .. _columns[join.Inputs[1]]];
        string on = string.Join(" and ", join.LeftKeys.Select((k, i) => $"{both[k]} = {both[columns.Length + join.RightKeys[i]]}"));
        string more = join.Residual is null ? string.Empty : $" and {Lineage.Text(join.Residual, both)}";
        string[] given = join.Columns.Count > 0 ? [.. join.Columns.Select(c => both[c])] : both[..join.Output.Count];
        return (new RowSet($"({left} {join.Type} join {_rows[join.Inputs[1]]} on {on}{more})", []), given);
    }

    private static (RowSet Rows, string[] Columns) ReadGroups(
        PhysicalNode node, RowSet rows, string[] input, ValueList<int> keys, ValueList<AggregateCall> calls, string window)
    {
        string[] by = [.. keys.Select(k => input[k])];
        string groups = $"groups of {rows} by ({string.Join(", ", by)}){window}";
        string uid = Lineage.WithoutOrdinal(node.Uid);
        string[] columns =
        [
            .. by, .. calls.Select(c => $"{uid}.{c.StateId}"),
            .. node.Output.Skip(by.Length + calls.Count).Select((_, i) => $"{uid}.{i}"),
        ];
        return (new RowSet(Lineage.Shortened(groups), []), columns);
    }

    /// <summary>Reads a step over two inputs: its columns are theirs, then its own.</summary>
    private (RowSet Rows, string[] Columns) ReadPair(PhysicalNode node, RowSet left, string[] columns)
    {
        string uid = Lineage.WithoutOrdinal(node.Uid);
        string[] both = node.Output.Count < columns.Length + _columns[node.Inputs[1]].Length
            ? columns : [.. columns, .. _columns[node.Inputs[1]]];
        return (new RowSet(Lineage.Shortened($"({left} {uid} {_rows[node.Inputs[1]]})"), []), Followed(node, both, uid));
    }

    /// <summary>Reads a step that keeps its input's columns and puts its own behind them.</summary>
    private static (RowSet Rows, string[] Columns) ReadOther(PhysicalNode node, RowSet rows, string[] input)
    {
        string uid = Lineage.WithoutOrdinal(node.Uid);
        switch (node)
        {
            case ExchangeNode or WatermarkNode or SinkCheckNode or UpsertChangesNode or ChangelogNormalizeNode
                or UpsertMaterializeNode or FinalRowsNode or SinkNode or TimeSortNode:
                return (rows, Followed(node, input, uid));
            case TimeOverNode over:
                return (rows, Followed(node, input, over.Calls, uid));
            case SortedOverNode over:
                return (rows, Followed(node, input, over.Calls, uid));
            case OverNode over:
                return (rows, Followed(node, input, over.Calls, uid));
            case UnnestNode unnest:
                string collection = Lineage.Text(unnest.Collection, input);
                return (rows with { Base = $"{rows.Base} unnested by {collection}" },
                [
                    .. unnest.Kept.Select(k => input[k]),
                    .. unnest.Output.Skip(unnest.Kept.Count).Select((_, i) => $"unnest {collection}.{i}"),
                ]);
            case ExpandNode expand:
                string sets = string.Join("; ", expand.Nulled.Select(n => string.Join(',', n.Select(c => input[c]))));
                return (rows with { Base = Lineage.Shortened($"{rows.Base} for ({sets})") }, Followed(node, input, $"sets {sets}"));
            default:
                return (new RowSet(Lineage.Shortened($"{uid} of {rows}"), []), Followed(node, input, uid));
        }
    }

    private static string[] Followed(PhysicalNode node, string[] columns, ValueList<WindowCall> calls, string uid) => Followed(
        node, [.. columns, .. calls.Select(c => Lineage.Shortened($"{uid}.{Lineage.Text(c.Call, columns)} {c.Frame}"))], uid);

    private static string[] Followed(PhysicalNode node, string[] columns, string uid) =>
    [
        .. columns.Take(node.Output.Count),
        .. node.Output.Skip(columns.Length).Select((_, i) => $"{uid}.{i}"),
    ];

    private static string Short(string table) =>
        table.StartsWith(DefaultPath, StringComparison.Ordinal) ? table[DefaultPath.Length..] : table;
}
