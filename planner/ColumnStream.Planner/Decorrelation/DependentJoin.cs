using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Decorrelation;

/// <summary>Joins outer rows with a query that depends on them.</summary>
internal static class DependentJoin
{
    /// <summary>Makes a query free of parameters, with the help of a domain where it must; null after telling why not.</summary>
    /// <param name="query">The query.</param>
    /// <param name="depth">Depth of its parameters.</param>
    /// <param name="outer">Where the arguments come from.</param>
    /// <param name="arguments">What the parameters stand for.</param>
    /// <param name="isKeyed">Whether every condition must be an equality.</param>
    /// <param name="refused">What stood in the way.</param>
    public static Dependent? Free(
        LogicalPlan query,
        int depth,
        LogicalPlan outer,
        IReadOnlyList<BoundExpression> arguments,
        bool isKeyed,
        out string? refused)
    {
        refused = null;
        if (new ParameterPuller(depth).Pull(query) is { } pulled
            && (!isKeyed || (Keyed.From(pulled, depth) is not null
                && (pulled.IsTotal || pulled.Outputs.All(o => !PlanExpressions.HasParameters(o, depth))))))
        {
            return pulled;
        }

        int[] used = [.. PlanExpressions.ParametersOf(query, depth)];
        if (used.Length == 0)
        {
            return Dependent.Of(query);
        }

        IEnumerable<SqlField> fields = used.Select(k => new SqlField($"outer{k}", arguments[k].Type.Materialized()));
        var values = new ProjectPlan(outer, ValueList.From(used.Select(k => arguments[k])), ValueList.From(fields));
        var domain = new AggregatePlan(values, ValueList.From(Enumerable.Range(0, used.Length)), default, values.Fields);
        var pusher = new DomainPusher(depth, domain, used);
        if (pusher.Push(query) is not { } plan)
        {
            refused = pusher.Refused ?? "this query";
            return null;
        }

        int width = query.Fields.Count;
        return new Dependent(
            plan,
            [.. Dependent.Columns(plan).Take(width)],
            [.. used.Select((k, i) => JoinConditions.Equality(
                new ParameterExpression(depth, k, arguments[k].Type.Materialized()),
                new ColumnExpression(width + i, plan.Fields[width + i].Type),
                isNullSafe: arguments[k].Type.Nullable))],
            IsTotal: false,
            [],
            IsSingle: ParameterPuller.IsTotal(query));
    }

    /// <summary>Joins, and returns the query's columns over the result; the outer columns stand first in it.</summary>
    /// <param name="outer">The outer rows.</param>
    /// <param name="query">The query.</param>
    /// <param name="depth">Depth of its parameters.</param>
    /// <param name="arguments">What the parameters stand for.</param>
    /// <param name="isOuter">Whether outer rows stay for which the query has none; its columns are then NULL.</param>
    /// <param name="more">More conditions, over the outer columns and then the query's columns.</param>
    public static (LogicalPlan Plan, BoundExpression[] Outputs) Join(
        LogicalPlan outer,
        Dependent query,
        int depth,
        IReadOnlyList<BoundExpression> arguments,
        bool isOuter,
        IReadOnlyList<BoundExpression>? more = null)
    {
        int width = outer.Fields.Count;
        BoundExpression Bind(BoundExpression e) => PlanExpressions.Replace(
            ExpressionTree.Remap(e, c => c + width), depth, k => arguments[k]);

        // A value that is no column of the plan would not become NULL where no row is found.
        LogicalPlan right = query.Plan;
        bool isMarked = isOuter && !query.IsTotal && query.Outputs.Any(o => o is not ColumnExpression);
        if (isMarked)
        {
            right = new ProjectPlan(
                right, [.. Dependent.Columns(right), ExpressionTree.True],
                [.. right.Fields, new SqlField("found", SqlType.Boolean.WithNullable(false))]);
        }

        BoundExpression[] outputs = [.. query.Outputs.Select(Bind)];
        IEnumerable<BoundExpression> after = (more ?? []).Select(
            e => ExpressionTree.MapColumns(e, c => c < width ? new ColumnExpression(c, outer.Fields[c].Type) : outputs[c - width]));
        IEnumerable<BoundExpression> conditions = query.Conditions.Select(Bind);
        bool isLeft = isOuter || query.IsTotal;
        LogicalPlan plan = RegularJoin.Plan(
            outer, right, isLeft ? JoinType.Left : JoinType.Inner, query.IsTotal ? conditions : conditions.Concat(after));
        BoundExpression[] conjuncts = [.. query.After.Select(Bind).Concat(query.IsTotal ? after : [])
            .Select(e => JoinConditions.Retype(e, plan))];
        outputs = [.. outputs.Select(e => JoinConditions.Retype(e, plan))];
        if (isMarked)
        {
            int found = plan.Fields.Count - 1;
            var mark = new CallExpression(
                "IS NOT NULL", [new ColumnExpression(found, plan.Fields[found].Type)], SqlType.Boolean.WithNullable(false));
            outputs = [.. outputs.Select(e => e is ColumnExpression ? e : When(mark, e))];
        }

        if (conjuncts.Length == 0)
        {
            return (plan, outputs);
        }

        BoundExpression condition = ExpressionTree.And(conjuncts);
        return isOuter ? (plan, [.. outputs.Select(e => When(condition, e))]) : (new FilterPlan(plan, condition), outputs);
    }

    /// <summary>Returns a value where a condition holds, else NULL.</summary>
    public static CaseExpression When(BoundExpression condition, BoundExpression value) =>
        new([new CaseBranch(condition, value)], null, value.Type.WithNullable(true));
}
