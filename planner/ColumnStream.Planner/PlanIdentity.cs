using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <summary>Gives every step that keeps state its uid, and every aggregate its state id, on the bound plan of a job.</summary>
/// <remarks>
/// A uid is a hash of kind, keys and row-set lineage: which tables, filters and windows the rows come through, by name
/// and never by position. What is computed beside (columns, other aggregates, other sinks) takes no part, so adding
/// it leaves the rest unchanged. It is taken before any rule, so that a new rule never drops a user's state.
/// </remarks>
internal sealed class PlanIdentity
{
    private readonly Dictionary<LogicalPlan, Lineage> _lineages = [];
    private readonly Dictionary<LogicalPlan, LogicalPlan> _assigned = [];
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    private sealed record Lineage(string Rows, string[] Columns);

    /// <summary>Returns the sinks with every uid and state id set.</summary>
    public static SinkPlan[] Assign(IEnumerable<SinkPlan> sinks)
    {
        var identity = new PlanIdentity();
        return [.. sinks.Select(sink => (SinkPlan)identity.Assign(sink))];
    }

    /// <summary>Returns sixteen hexadecimal digits that stand for the parts.</summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (string part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:").Append(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    private LogicalPlan Assign(LogicalPlan plan)
    {
        // Two INSERTs into one table are two sinks, even where they say the same.
        if (plan is not SinkPlan && _assigned.TryGetValue(plan, out LogicalPlan? known))
        {
            return known;
        }

        LogicalPlan result = plan.WithInputs(ValueList.From(plan.Inputs.Select(Assign)));
        result = result switch
        {
            TableReadPlan read => read with { Uid = Unique($"source-{Hash(read.Spec.Name)}") },
            AggregatePlan aggregate => Assign(aggregate, ((AggregatePlan)plan).Input),
            OverPlan over => over with { Uid = Unique($"over-{Of(plan).Rows}") },
            ScalarJoinPlan join => join with { Uid = Unique($"scalar-join-{Of(plan).Rows}") },
            SemiJoinPlan join => join with { Uid = Unique($"semi-join-{Of(plan).Rows}") },
            JoinPlan join => join with { Uid = Unique($"join-{Of(plan).Rows}") },
            TimeJoinPlan join => join with { Uid = Unique($"{join.Kind.ToString().ToLowerInvariant()}-join-{Of(plan).Rows}") },
            RankPlan { Uid: "" } rank => rank with { Uid = Unique($"rank-{Of(plan).Rows}") },
            SetOperationPlan set => set with { Uid = Unique($"set-operation-{Of(plan).Rows}") },
            WindowPlan { Window.Kind: WindowKind.Session } window => window with { Uid = Unique($"window-{Of(plan).Rows}") },
            SortPlan sort => sort with { Uid = Unique($"sort-{Of(plan).Rows}") },
            LimitPlan limit => limit with { Uid = Unique($"limit-{Of(plan).Rows}") },
            SinkPlan sink => sink with { Uid = Unique($"sink-{Hash(sink.Table.Name)}") },
            _ => result,
        };
        if (plan is not SinkPlan)
        {
            _assigned.Add(plan, result);
        }

        return result;
    }

    private AggregatePlan Assign(AggregatePlan plan, LogicalPlan input)
    {
        Lineage rows = Of(input);
        string uid = Unique($"aggregate-{Hash(["group", rows.Rows, .. plan.Keys.Select(k => rows.Columns[k])])}");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var calls = new List<AggregateCall>();
        foreach (AggregateCall call in plan.Aggregates)
        {
            string id = $"{call.Function.ToLowerInvariant()}-{Hash(Call(call, rows))[..8]}";
            string name = id;
            for (int n = 1; !ids.Add(name); n++)
            {
                name = $"{id}-{n}";
            }

            calls.Add(call with { StateId = name });
        }

        return plan with { Uid = uid, Aggregates = ValueList.From(calls) };
    }

    private string Unique(string uid)
    {
        int count = _used.GetValueOrDefault(uid);
        _used[uid] = count + 1;
        return count == 0 ? uid : $"{uid}-{count}";
    }

    private Lineage Of(LogicalPlan plan)
    {
        if (!_lineages.TryGetValue(plan, out Lineage? lineage))
        {
            lineage = Compute(plan);
            _lineages.Add(plan, lineage);
        }

        return lineage;
    }

    private Lineage Compute(LogicalPlan plan)
    {
        switch (plan)
        {
            case TableReadPlan read:
                return new Lineage(Hash("table", read.Spec.Name), [.. read.Columns.Select(c => Column(read, c))]);
            case ValuesPlan values:
                string rows = Hash(["values", .. values.Rows.Select(r => string.Join(',', r.Cells))]);
                return new Lineage(rows, [.. values.Fields.Select((f, i) => $"{rows}.{i}")]);
            case FilterPlan filter:
                Lineage source = Of(filter.Input);
                IEnumerable<string> conditions = ExpressionTree.Conjuncts(filter.Predicate)
                    .Select(c => Text(c, source.Columns)).Order(StringComparer.Ordinal);
                return source with { Rows = Hash(["filter", source.Rows, .. conditions]) };
            case ProjectPlan project:
                Lineage below = Of(project.Input);
                return below with { Columns = [.. project.Expressions.Select(e => Text(e, below.Columns))] };
            case WindowPlan window:
                return Window(window);
            case AggregatePlan aggregate:
                Lineage input = Of(aggregate.Input);
                string[] keys = [.. aggregate.Keys.Select(k => input.Columns[k])];
                string group = Hash(["group", input.Rows, .. keys]);
                return new Lineage(group, [.. keys, .. aggregate.Aggregates.Select(a => $"{group}.{Call(a, input)}")]);
            case ScalarJoinPlan join:
                Lineage valued = Of(join.Left);
                string single = Hash(["scalar-join", valued.Rows, Of(join.Right).Rows, .. Of(join.Right).Columns]);
                return new Lineage(single, [.. valued.Columns, .. Of(join.Right).Columns.Select(c => Hash(single, c))]);
            case SemiJoinPlan join:
                Lineage asked = Of(join.Left);
                Lineage asking = Of(join.Right);
                string answered = Hash(
                [
                    "semi-join", $"{join.Kind},{join.IsNullAware}", asked.Rows, asking.Rows,
                    .. join.LeftKeys.Select(k => asked.Columns[k]), .. join.RightKeys.Select(k => asking.Columns[k]),
                ]);
                return new Lineage(
                    answered, join.Kind == SemiJoinKind.Mark ? [.. asked.Columns, $"{answered}.mark"] : asked.Columns);
            case JoinPlan join:
                Lineage one = Of(join.Left);
                Lineage other = Of(join.Right);
                string[] both = [.. one.Columns, .. other.Columns];
                string paired = Hash(
                [
                    "join", $"{join.Type}", one.Rows, other.Rows,
                    .. join.LeftKeys.Select((k, i) => $"{one.Columns[k]} {other.Columns[join.RightKeys[i]]} {join.NullSafe[i]}"),
                    join.Residual is null ? string.Empty : Text(join.Residual, both),
                ]);
                return new Lineage(paired, join.HasRightColumns ? both : one.Columns);
            case TimeJoinPlan join:
                Lineage early = Of(join.Left);
                Lineage late = Of(join.Right);
                string near = Hash(
                    "time-join", $"{join.Kind},{join.LowerMs},{join.UpperMs}", Compute(join.Timeless).Rows,
                    join.LeftTime < 0 ? string.Empty : early.Columns[join.LeftTime],
                    join.RightTime < 0 ? string.Empty : late.Columns[join.RightTime]);
                return new Lineage(near, join.HasRightColumns ? [.. early.Columns, .. late.Columns] : early.Columns);
            case ExpandPlan expand:
                Lineage repeated = Of(expand.Input);
                string sets = Hash(
                [
                    "expand", repeated.Rows,
                    .. expand.Nulled.Select(n => string.Join(',', n.Select(c => repeated.Columns[c]))),
                ]);
                return new Lineage(sets, [.. repeated.Columns, $"{sets}.set"]);
            case OverPlan over:
                Lineage partitioned = Of(over.Input);
                string ranked = Hash(
                [
                    "over", partitioned.Rows, .. over.Partition.Select(k => partitioned.Columns[k]),
                    .. over.Order.Select(k => $"{partitioned.Columns[k.Column]} {k.Descending} {k.NullsFirst}"),
                ]);
                return new Lineage(
                    ranked, [.. partitioned.Columns, .. over.Calls.Select(c => $"{ranked}.{Call(c.Call, partitioned)} {c.Frame}")]);
            case UnionPlan union:
                Lineage[] branches = [.. union.Branches.Select(Of)];
                return new Lineage(
                    Hash(["union", .. branches.Select(b => b.Rows)]),
                    [.. union.Fields.Select((f, i) => Hash([.. branches.Select(b => b.Columns[i])]))]);
            case RankPlan rank:
                Lineage numbered = Of(rank.Input);
                string top = Hash(
                [
                    "rank", numbered.Rows, $"{rank.Function},{rank.Start},{rank.End}",
                    .. rank.Partition.Select(k => numbered.Columns[k]),
                    .. rank.Order.Select(k => $"{numbered.Columns[k.Column]} {k.Descending} {k.NullsFirst}"),
                ]);
                return new Lineage(top, rank.HasNumber ? [.. numbered.Columns, $"{top}.rank"] : numbered.Columns);
            case SetOperationPlan set:
                Lineage first = Of(set.Left);
                Lineage second = Of(set.Right);
                string compared = Hash(
                    ["set-operation", $"{set.Kind},{set.IsAll}", first.Rows, second.Rows, .. first.Columns, .. second.Columns]);
                return first with { Rows = compared };
            case UnnestPlan unnest:
                Lineage collected = Of(unnest.Input);
                string elements = Hash(
                    "unnest", collected.Rows, Text(unnest.Collection, collected.Columns),
                    $"{unnest.WithOrdinality},{unnest.IsOuter}");
                return new Lineage(elements, [.. unnest.Fields.Select((f, i) =>
                    i < unnest.Kept.Count ? collected.Columns[unnest.Kept[i]] : $"{elements}.{i - unnest.Kept.Count}")]);
            case SortPlan sort:
                Lineage sorted = Of(sort.Input);
                return sorted with
                {
                    Rows = Hash(["sort", sorted.Rows, $"{sort.Offset},{sort.Count}", .. sort.Keys.Select(k =>
                        $"{sorted.Columns[k.Column]} {k.Descending} {k.NullsFirst}")]),
                };
            case LimitPlan limit:
                Lineage all = Of(limit.Input);
                return all with { Rows = Hash("limit", all.Rows, $"{limit.Offset},{limit.Count}") };
            default:
                throw new InvariantException(9001, $"Plan node has no lineage: {plan.GetType().Name}.");
        }
    }

    private Lineage Window(WindowPlan window)
    {
        Lineage input = Of(window.Input);
        WindowSpec spec = window.Window;
        string[] more = spec.Kind == WindowKind.Session || spec.IsProctime || spec.IsLocal
            ? [.. spec.Partition.Select(c => input.Columns[c]), $"{spec.IsProctime},{spec.IsLocal}"] : [];
        string rows = Hash(
        [
            "window", input.Rows, input.Columns[spec.TimeColumn], $"{spec.Kind},{spec.SizeMs},{spec.SlideMs},{spec.OffsetMs}",
            .. more,
        ]);
        return new Lineage(rows, [.. input.Columns, $"{rows}.start", $"{rows}.end", $"{rows}.time"]);
    }

    private static string Column(TableReadPlan read, int index)
    {
        CatalogColumn column = read.Table.Columns[index];
        return column.Computed is null
            ? $"{read.Spec.Name}.{column.Name}"
            : Text(column.Computed, [.. read.Spec.Columns.Select(c => $"{read.Spec.Name}.{c.Name}")]);
    }

    private static string Call(AggregateCall call, Lineage input) =>
        $"{call.Function}({call.Distinct},{string.Join(',', call.Arguments.Select(a => input.Columns[a]))}"
        + string.Concat(call.Constants.Select(c => $",{c}")) + (call.Nulls == NullRule.Default ? ")" : $") {call.Nulls}")
        + (call.Filter < 0 ? string.Empty : $" filter {input.Columns[call.Filter]}");

    /// <summary>Prints an expression with lineages for its columns; long ones as their hash.</summary>
    private static string Text(BoundExpression expression, string[] columns)
    {
        string text = expression switch
        {
            ColumnExpression column => columns[column.Index],
            LiteralExpression literal => $"{literal.Value ?? "NULL"}:{literal.Type.WithNullable(true)}",
            CastExpression cast => $"cast({Text(cast.Input, columns)},{cast.Type.WithNullable(true)},{cast.Try})",
            CallExpression call => $"{call.Function}({string.Join(',', call.Arguments.Select(a => Text(a, columns)))})",
            CaseExpression choice => "case(" + string.Join(',', choice.Branches.Select(
                b => $"{Text(b.Condition, columns)}:{Text(b.Value, columns)}"))
                + $",{(choice.Otherwise is null ? string.Empty : Text(choice.Otherwise, columns))})",
            _ => throw new InvariantException(9001, $"Expression is unknown: {expression.GetType().Name}."),
        };
        return expression is ColumnExpression || text.Length <= 256 ? text : Hash(text);
    }
}
