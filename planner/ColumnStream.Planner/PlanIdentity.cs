using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Logical;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Planner;

/// <summary>Gives every step that keeps state its uid, and every aggregate its state id, on the bound plan of a job.</summary>
/// <remarks>
/// A uid is a hash of kind, keys and row-set lineage: which tables, filters and windows the rows come through, by name
/// and never by position. What is computed beside (columns, other aggregates, other sinks) takes no part, so adding
/// it leaves the rest unchanged. It is taken before any rule, so that a new rule never drops a user's state.
/// </remarks>
internal sealed class PlanIdentity
{
    private readonly Dictionary<LogicalPlan, RowLineage> _lineages = [];
    private readonly Dictionary<LogicalPlan, LogicalPlan> _assigned = [];
    private readonly Dictionary<string, int> _used = new(StringComparer.Ordinal);

    private readonly List<PlannedPlace> _places = [];

    private sealed record RowLineage(string Rows, string[] Columns);

    /// <summary>Returns the sinks with every uid and state id set.</summary>
    /// <param name="sinks">The sinks of one job.</param>
    /// <param name="places">Receives where the steps with a uid were written, as far as the binder noted it.</param>
    public static SinkPlan[] Assign(IEnumerable<SinkPlan> sinks, out ValueList<PlannedPlace> places)
    {
        var identity = new PlanIdentity();
        SinkPlan[] assigned = [.. sinks.Select(sink => (SinkPlan)identity.Assign(sink))];
        places = ValueList.From(identity._places);
        return assigned;
    }

    /// <summary>Returns sixteen hexadecimal digits that stand for the parts.</summary>
    public static string Hash(params ReadOnlySpan<string> parts) => Lineage.Hash(parts);

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
            TableReadPlan read => read with { Uid = Unique($"source-{Hash(read.Spec.Name)}", plan) },
            AggregatePlan aggregate => Assign(aggregate, ((AggregatePlan)plan).Input),
            OverPlan over => over with { Uid = Unique($"over-{Of(plan).Rows}", plan) },
            ScalarJoinPlan join => join with { Uid = Unique($"scalar-join-{Of(plan).Rows}", plan) },
            SemiJoinPlan join => join with { Uid = Unique($"semi-join-{Of(plan).Rows}", plan) },
            JoinPlan join => join with { Uid = Unique($"join-{Of(plan).Rows}", plan) },
            TimeJoinPlan join => join with
            {
                Uid = Unique($"{join.Kind.ToString().ToLowerInvariant()}-join-{Of(plan).Rows}", plan),
            },
            RankPlan { Uid: "" } rank => rank with { Uid = Unique($"rank-{Of(plan).Rows}", plan) },
            SetOperationPlan set => set with { Uid = Unique($"set-operation-{Of(plan).Rows}", plan) },
            WindowPlan { Window.Kind: WindowKind.Session } window => window with { Uid = Unique($"window-{Of(plan).Rows}", plan) },
            SortPlan sort => sort with { Uid = Unique($"sort-{Of(plan).Rows}", plan) },
            LimitPlan limit => limit with { Uid = Unique($"limit-{Of(plan).Rows}", plan) },
            SinkPlan sink => sink with { Uid = Unique($"sink-{Hash(sink.Table.Name)}", plan) },
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
        RowLineage rows = Of(input);
        string uid = Unique($"aggregate-{Group(rows, plan.Keys)}", plan);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var calls = new List<AggregateCall>();
        foreach (AggregateCall call in plan.Aggregates)
        {
            string id = $"{call.Function.ToLowerInvariant()}-{Hash(Lineage.Text(call, rows.Columns))[..8]}";
            string name = id;
            for (int n = 1; !ids.Add(name); n++)
            {
                name = $"{id}-{n}";
            }

            calls.Add(call with { StateId = name });
        }

        return plan with { Uid = uid, Aggregates = ValueList.From(calls) };
    }

    /// <summary>Names groups of rows by their keys, in the order of GROUP BY.</summary>
    private static string Group(RowLineage rows, ValueList<int> keys) =>
        Hash(["group", rows.Rows, .. keys.Select(k => rows.Columns[k])]);

    private string Unique(string uid, LogicalPlan plan)
    {
        int count = _used.GetValueOrDefault(uid);
        _used[uid] = count + 1;
        uid = count == 0 ? uid : $"{uid}-{count}";
        if (plan.Written.Span.Length > 0)
        {
            _places.Add(new PlannedPlace(uid, plan.Written.Span));
            if (plan is TableReadPlan)
            {
                _places.Add(new PlannedPlace($"watermark-{Hash(uid)}", plan.Written.Span));
                _places.Add(new PlannedPlace($"normalize-{Hash(uid)}", plan.Written.Span));
            }
        }

        return uid;
    }

    private RowLineage Of(LogicalPlan plan)
    {
        if (!_lineages.TryGetValue(plan, out RowLineage? lineage))
        {
            lineage = Compute(plan);
            _lineages.Add(plan, lineage);
        }

        return lineage;
    }

    private RowLineage Compute(LogicalPlan plan)
    {
        switch (plan)
        {
            case TableReadPlan read:
                return new RowLineage(Hash("table", read.Spec.Name), [.. read.Columns.Select(c => Column(read, c))]);
            case ValuesPlan values:
                string rows = Hash(["values", .. values.Rows.Select(r => string.Join(',', r.Cells))]);
                return new RowLineage(rows, [.. values.Fields.Select((f, i) => $"{rows}.{i}")]);
            case FilterPlan filter:
                RowLineage source = Of(filter.Input);
                IEnumerable<string> conditions = ExpressionTree.Conjuncts(filter.Predicate)
                    .Select(c => Lineage.Text(c, source.Columns)).Order(StringComparer.Ordinal);
                return source with { Rows = Hash(["filter", source.Rows, .. conditions]) };
            case ProjectPlan project:
                RowLineage below = Of(project.Input);
                return below with { Columns = [.. project.Expressions.Select(e => Lineage.Text(e, below.Columns))] };
            case WindowPlan window:
                return Window(window);
            case AggregatePlan aggregate:
                RowLineage input = Of(aggregate.Input);
                string[] keys = [.. aggregate.Keys.Select(k => input.Columns[k])];
                string group = Group(input, aggregate.Keys);
                return new RowLineage(
                    group, [.. keys, .. aggregate.Aggregates.Select(a => $"{group}.{Lineage.Text(a, input.Columns)}")]);
            case ScalarJoinPlan join:
                RowLineage valued = Of(join.Left);
                string single = Hash(["scalar-join", valued.Rows, Of(join.Right).Rows, .. Of(join.Right).Columns]);
                return new RowLineage(single, [.. valued.Columns, .. Of(join.Right).Columns.Select(c => Hash(single, c))]);
            case SemiJoinPlan join:
                RowLineage asked = Of(join.Left);
                RowLineage asking = Of(join.Right);
                string answered = Hash(
                [
                    "semi-join", $"{join.Kind},{join.IsNullAware}", asked.Rows, asking.Rows,
                    .. join.LeftKeys.Select(k => asked.Columns[k]), .. join.RightKeys.Select(k => asking.Columns[k]),
                ]);
                return new RowLineage(
                    answered, join.Kind == SemiJoinKind.Mark ? [.. asked.Columns, $"{answered}.mark"] : asked.Columns);
            case JoinPlan join:
                RowLineage one = Of(join.Left);
                RowLineage other = Of(join.Right);
                string[] both = [.. one.Columns, .. other.Columns];
                string paired = Hash(
                [
                    "join", $"{join.Type}", one.Rows, other.Rows,
                    .. join.LeftKeys.Select((k, i) => $"{one.Columns[k]} {other.Columns[join.RightKeys[i]]} {join.NullSafe[i]}"),
                    join.Residual is null ? string.Empty : Lineage.Text(join.Residual, both),
                ]);
                return new RowLineage(paired, join.HasRightColumns ? both : one.Columns);
            case TimeJoinPlan join:
                RowLineage early = Of(join.Left);
                RowLineage late = Of(join.Right);
                string near = Hash(
                    "time-join", $"{join.Kind},{join.LowerMs},{join.UpperMs}", Compute(join.Timeless).Rows,
                    join.LeftTime < 0 ? string.Empty : early.Columns[join.LeftTime],
                    join.RightTime < 0 ? string.Empty : late.Columns[join.RightTime]);
                return new RowLineage(near, join.HasRightColumns ? [.. early.Columns, .. late.Columns] : early.Columns);
            case ExpandPlan expand:
                RowLineage repeated = Of(expand.Input);
                string sets = Hash(
                [
                    "expand", repeated.Rows,
                    .. expand.Nulled.Select(n => string.Join(',', n.Select(c => repeated.Columns[c]))),
                ]);
                return new RowLineage(sets, [.. repeated.Columns, $"{sets}.set"]);
            case OverPlan over:
                RowLineage partitioned = Of(over.Input);
                string ranked = Hash(
                [
                    "over", partitioned.Rows, .. over.Partition.Select(k => partitioned.Columns[k]),
                    .. over.Order.Select(k => $"{partitioned.Columns[k.Column]} {k.Descending} {k.NullsFirst}"),
                ]);
                return new RowLineage(
                    ranked,
                    [
                        .. partitioned.Columns,
                        .. over.Calls.Select(c => $"{ranked}.{Lineage.Text(c.Call, partitioned.Columns)} {c.Frame}"),
                    ]);
            case UnionPlan union:
                RowLineage[] branches = [.. union.Branches.Select(Of)];
                return new RowLineage(
                    Hash(["union", .. branches.Select(b => b.Rows)]),
                    [.. union.Fields.Select((f, i) => Hash([.. branches.Select(b => b.Columns[i])]))]);
            case RankPlan rank:
                RowLineage numbered = Of(rank.Input);
                string top = Hash(
                [
                    "rank", numbered.Rows, $"{rank.Function},{rank.Start},{rank.End}",
                    .. rank.Partition.Select(k => numbered.Columns[k]),
                    .. rank.Order.Select(k => $"{numbered.Columns[k.Column]} {k.Descending} {k.NullsFirst}"),
                ]);
                return new RowLineage(top, rank.HasNumber ? [.. numbered.Columns, $"{top}.rank"] : numbered.Columns);
            case SetOperationPlan set:
                RowLineage first = Of(set.Left);
                RowLineage second = Of(set.Right);
                string compared = Hash(
                    ["set-operation", $"{set.Kind},{set.IsAll}", first.Rows, second.Rows, .. first.Columns, .. second.Columns]);
                return first with { Rows = compared };
            case UnnestPlan unnest:
                RowLineage collected = Of(unnest.Input);
                string elements = Hash(
                    "unnest", collected.Rows, Lineage.Text(unnest.Collection, collected.Columns),
                    $"{unnest.WithOrdinality},{unnest.IsOuter}");
                return new RowLineage(elements, [.. unnest.Fields.Select((f, i) =>
                    i < unnest.Kept.Count ? collected.Columns[unnest.Kept[i]] : $"{elements}.{i - unnest.Kept.Count}")]);
            case SortPlan sort:
                RowLineage sorted = Of(sort.Input);
                return sorted with
                {
                    Rows = Hash(["sort", sorted.Rows, $"{sort.Offset},{sort.Count}", .. sort.Keys.Select(k =>
                        $"{sorted.Columns[k.Column]} {k.Descending} {k.NullsFirst}")]),
                };
            case LimitPlan limit:
                RowLineage all = Of(limit.Input);
                return all with { Rows = Hash("limit", all.Rows, $"{limit.Offset},{limit.Count}") };
            default:
                throw new InvariantException(9001, $"Plan node has no lineage: {plan.GetType().Name}.");
        }
    }

    private RowLineage Window(WindowPlan window)
    {
        RowLineage input = Of(window.Input);
        WindowSpec spec = window.Window;
        string[] more = spec.Kind == WindowKind.Session || spec.IsProctime || spec.IsLocal
            ? [.. spec.Partition.Select(c => input.Columns[c]), $"{spec.IsProctime},{spec.IsLocal}"] : [];
        string rows = Hash(
        [
            "window", input.Rows, input.Columns[spec.TimeColumn], $"{spec.Kind},{spec.SizeMs},{spec.SlideMs},{spec.OffsetMs}",
            .. more,
        ]);
        return new RowLineage(rows, [.. input.Columns, $"{rows}.start", $"{rows}.end", $"{rows}.time"]);
    }

    private static string Column(TableReadPlan read, int index)
    {
        CatalogColumn column = read.Table.Columns[index];
        return column.Computed is null
            ? $"{read.Spec.Name}.{column.Name}"
            : Lineage.Text(column.Computed, [.. read.Spec.Columns.Select(c => $"{read.Spec.Name}.{c.Name}")]);
    }
}
