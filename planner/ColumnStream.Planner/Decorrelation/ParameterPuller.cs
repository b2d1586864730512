using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>
/// Moves the parameters of a query to its top where that needs nothing of the outer query: conditions rise through projections
/// and inner joins, and through aggregations and limits where they are equalities, whose inner sides become keys.
/// </summary>
/// <param name="depth">Depth of the parameters.</param>
internal sealed class ParameterPuller(int depth)
{
    /// <summary>Moves the parameters up; null where a step does not let them through.</summary>
    public Dependent? Pull(LogicalPlan plan)
    {
        bool isFree = !PlanExpressions.HasParameters(plan, depth);
        return plan switch
        {
            _ when isFree && !IsTotal(plan) => Dependent.Of(plan),
            FilterPlan filter => Pull(filter),
            ProjectPlan project => Pull(project),
            AggregatePlan aggregate => Pull(aggregate),
            SortPlan { Offset: 0, Count: < 0 } sort => Pull(sort.Input),
            SortPlan sort => Rank(sort.Input, sort.Keys, sort.Offset, sort.Count),
            LimitPlan limit => Rank(limit.Input, default, limit.Offset, limit.Count),
            JoinPlan join => Pull(join),
            SemiJoinPlan join => Pull(join),
            ScalarJoinPlan join => Pull(join),
            UnnestPlan unnest => Pull(unnest),
            _ => null,
        };
    }

    /// <summary>Tells whether a query has exactly one row, or one that HAVING may drop, whatever it reads.</summary>
    public static bool IsTotal(LogicalPlan plan) => plan switch
    {
        AggregatePlan aggregate => aggregate.Keys.Count == 0,
        FilterPlan or ProjectPlan => IsTotal(plan.Inputs[0]),
        _ => false,
    };

    /// <summary>Returns what an aggregate gives over no row: <paramref name="value"/> is then NULL. Null where nothing is known.</summary>
    public static BoundExpression? OverNothing(AggregateCall call, BoundExpression value)
    {
        string? empty = call.Function switch
        {
            "COUNT" or "APPROX_COUNT_DISTINCT" => "0",
            "JSON_OBJECTAGG" => "{}",
            "JSON_ARRAYAGG" => "[]",
            _ => null,
        };
        return empty is not null
            ? new CallExpression(
                "COALESCE", [value, new LiteralExpression(empty, call.Type.WithNullable(false))], call.Type.WithNullable(false))
            : AggregateTable.Find(call.Function) is { HasEmptyResult: true } ? null : value;
    }

    private static BoundExpression Substitute(BoundExpression expression, IReadOnlyList<BoundExpression> outputs) =>
        ExpressionTree.MapColumns(expression, c => outputs[c]);

    private bool Depends(BoundExpression expression) => PlanExpressions.HasParameters(expression, depth);

    private Dependent? Pull(FilterPlan filter)
    {
        if (Pull(filter.Input) is not { } input)
        {
            return null;
        }

        List<BoundExpression> conditions = [.. input.Conditions];
        List<BoundExpression> after = [.. input.After];
        List<BoundExpression> kept = [];
        foreach (BoundExpression conjunct in ExpressionTree.Conjuncts(filter.Predicate))
        {
            BoundExpression condition = Substitute(conjunct, input.Outputs);
            (input.IsTotal ? after : Depends(condition) ? conditions : kept).Add(condition);
        }

        LogicalPlan plan = kept.Count == 0 ? input.Plan : new FilterPlan(input.Plan, ExpressionTree.And(kept));
        return input with { Plan = plan, Conditions = conditions, After = after };
    }

    private Dependent? Pull(ProjectPlan project)
    {
        if (Pull(project.Input) is not { } input)
        {
            return null;
        }

        BoundExpression[] outputs = [.. project.Expressions.Select(e => Substitute(e, input.Outputs))];
        if (input.IsTotal)
        {
            return input with { Outputs = outputs };
        }

        // What does not depend on the outer row is computed below; behind it stands what the rest reads.
        List<BoundExpression> below = [];
        List<SqlField> fields = [];
        var places = new int[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            places[i] = Depends(outputs[i]) ? -1 : below.Count;
            if (places[i] >= 0)
            {
                below.Add(outputs[i]);
                fields.Add(project.Fields[i]);
            }
        }

        var map = new Dictionary<int, int>();
        foreach (int column in input.Conditions.Concat(outputs.Where(Depends)).SelectMany(ExpressionTree.ColumnsOf).Distinct())
        {
            map.Add(column, below.Count);
            below.Add(new ColumnExpression(column, input.Plan.Fields[column].Type));
            fields.Add(input.Plan.Fields[column]);
        }

        var plan = new ProjectPlan(input.Plan, ValueList.From(below), ValueList.From(fields));
        return input with
        {
            Plan = plan,
            Outputs = [.. outputs.Select((e, i) => places[i] >= 0
                ? new ColumnExpression(places[i], plan.Fields[places[i]].Type) : ExpressionTree.Remap(e, c => map[c]))],
            Conditions = [.. input.Conditions.Select(e => ExpressionTree.Remap(e, c => map[c]))],
        };
    }

    private Dependent? Pull(AggregatePlan aggregate)
    {
        if (Pull(aggregate.Input) is not { IsTotal: false } input || Keyed.From(input, depth) is not { } keyed
            || aggregate.Aggregates.SelectMany(c => c.Filter < 0 ? c.Arguments : [.. c.Arguments, c.Filter])
                .Any(c => input.Outputs[c] is not ColumnExpression)
            || aggregate.Keys.Any(k => input.Outputs[k] is not ColumnExpression
                && ExpressionTree.ColumnsOf(input.Outputs[k]).Count > 0))
        {
            return null;
        }

        int At(int column) => ((ColumnExpression)input.Outputs[column]).Index;

        // A key that is the same for all rows of one outer row is no key.
        int[] kept = [.. aggregate.Keys.Select((k, i) => i).Where(i => input.Outputs[aggregate.Keys[i]] is ColumnExpression)];
        int[] keys = [.. kept.Select(i => At(aggregate.Keys[i])), .. keyed.Columns];
        if (keys.Length == 0 && aggregate.Keys.Count > 0)
        {
            return null;
        }

        AggregateCall[] calls = [.. aggregate.Aggregates.Select(c => c with
        {
            Arguments = ValueList.From(c.Arguments.Select(At)), Filter = c.Filter < 0 ? -1 : At(c.Filter),
        })];
        SqlField[] fields =
        [
            .. kept.Select(i => aggregate.Fields[i]),
            .. keyed.Columns.Select((c, i) => new SqlField($"key{i}", keyed.Plan.Fields[c].Type)),
            .. aggregate.Fields.Skip(aggregate.Keys.Count),
        ];
        var plan = new AggregatePlan(keyed.Plan, ValueList.From(keys), ValueList.From(calls), ValueList.Create<SqlField>(fields));
        bool isTotal = aggregate.Keys.Count == 0;
        var outputs = new BoundExpression[aggregate.Fields.Count];
        for (int i = 0; i < outputs.Length; i++)
        {
            int call = i - aggregate.Keys.Count;
            int at = call >= 0 ? keys.Length + call : System.Array.IndexOf(kept, i);
            BoundExpression? value = at < 0 ? input.Outputs[aggregate.Keys[i]] : new ColumnExpression(at, fields[at].Type);
            value = call >= 0 && isTotal ? OverNothing(calls[call], value) : value;
            if (value is null)
            {
                return null;
            }

            outputs[i] = value;
        }

        return new Dependent(plan, outputs, keyed.Conditions(kept.Length, plan), isTotal, [], IsSingle: isTotal);
    }

    /// <summary>Lets LIMIT, and OFFSET, count the rows of each outer row.</summary>
    private Dependent? Rank(LogicalPlan below, ValueList<SortKey> order, long offset, long count)
    {
        if (Pull(below) is not { } input || count == 0)
        {
            return null;
        }

        if (input.IsTotal)
        {
            return offset == 0 ? input : null;
        }

        if (Keyed.From(input, depth) is not { } keyed || order.Any(k => input.Outputs[k.Column] is not ColumnExpression))
        {
            return null;
        }

        var plan = new RankPlan(
            keyed.Plan, RankFunction.RowNumber, ValueList.From(keyed.Columns),
            ValueList.From(order.Select(k => k with { Column = ((ColumnExpression)input.Outputs[k.Column]).Index })),
            offset + 1, count < 0 ? long.MaxValue : offset + count, keyed.Plan.Fields);
        return input with { Plan = plan, Conditions = keyed.Conditions(plan), IsSingle = count == 1 };
    }

    private Dependent? Pull(JoinPlan join)
    {
        bool isInner = join.Type == JoinType.Inner;
        if ((!isInner && (join.Type is JoinType.Right or JoinType.Full || PlanExpressions.HasParameters(join.Right, depth)))
            || Pull(join.Left) is not { IsTotal: false } left
            || (isInner ? Pull(join.Right) : Dependent.Of(join.Right)) is not { IsTotal: false } right)
        {
            return null;
        }

        int width = left.Plan.Fields.Count;
        BoundExpression Shift(BoundExpression e) => ExpressionTree.Remap(e, c => c + width);
        BoundExpression[] outputs = [.. left.Outputs, .. right.Outputs.Select(Shift)];
        BoundExpression[] conjuncts = [.. JoinConditions.Of(join).Select(e => Substitute(e, outputs))];
        if (!isInner && conjuncts.Any(Depends))
        {
            return null;
        }

        LogicalPlan plan = RegularJoin.Plan(left.Plan, right.Plan, join.Type, conjuncts.Where(e => !Depends(e)));
        BoundExpression[] shown = join.HasRightColumns ? outputs : [.. left.Outputs];
        return new Dependent(
            plan,
            [.. shown.Select(e => JoinConditions.Retype(e, plan))],
            [.. left.Conditions.Concat(right.Conditions.Select(Shift)).Concat(conjuncts.Where(Depends))
                .Select(e => JoinConditions.Retype(e, plan))],
            IsTotal: false,
            []);
    }

    private Dependent? Pull(SemiJoinPlan join)
    {
        if (PlanExpressions.HasParameters(join.Right, depth) || Pull(join.Left) is not { IsTotal: false } left
            || join.LeftKeys.Any(k => left.Outputs[k] is not ColumnExpression))
        {
            return null;
        }

        SqlField[] mark = [.. join.Fields.Skip(join.Left.Fields.Count)];
        SemiJoinPlan plan = join with
        {
            Left = left.Plan,
            LeftKeys = ValueList.From(join.LeftKeys.Select(k => ((ColumnExpression)left.Outputs[k]).Index)),
            Fields = [.. left.Plan.Fields, .. mark],
        };
        return left with
        {
            Plan = plan,
            Outputs = [.. left.Outputs, .. mark.Select(m => new ColumnExpression(left.Plan.Fields.Count, m.Type))],
        };
    }

    private Dependent? Pull(ScalarJoinPlan join)
    {
        if (PlanExpressions.HasParameters(join.Right, depth) || Pull(join.Left) is not { IsTotal: false } left)
        {
            return null;
        }

        int width = left.Plan.Fields.Count;
        SqlField[] values = [.. join.Fields.Skip(join.Left.Fields.Count)];
        return left with
        {
            Plan = join with { Left = left.Plan, Fields = [.. left.Plan.Fields, .. values] },
            Outputs = [.. left.Outputs, .. values.Select((v, i) => new ColumnExpression(width + i, v.Type))],
        };
    }

    private Dependent? Pull(UnnestPlan unnest)
    {
        if (Pull(unnest.Input) is not { IsTotal: false } input)
        {
            return null;
        }

        BoundExpression collection = Substitute(unnest.Collection, input.Outputs);
        if (Depends(collection))
        {
            return null;
        }

        UnnestPlan plan = UnnestPlan.Over(input.Plan, collection, unnest.WithOrdinality, unnest.IsOuter);
        int width = input.Plan.Fields.Count;
        return input with
        {
            Plan = plan,
            IsSingle = false,
            Outputs =
            [
                .. unnest.Kept.Select(c => input.Outputs[c]),
                .. plan.Fields.Skip(width).Select((f, i) => new ColumnExpression(width + i, f.Type)),
            ],
        };
    }
}
