using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Planner.Logical;

/// <summary>Finds the parameters in the expressions of a plan.</summary>
internal static class PlanExpressions
{
    /// <summary>Tells whether a plan takes values of any query around it.</summary>
    public static bool HasParameters(LogicalPlan plan) => Any(plan, ExpressionTree.Has<ParameterExpression>);

    /// <summary>Tells whether a plan takes values of the query at a depth.</summary>
    public static bool HasParameters(LogicalPlan plan, int depth) => Any(plan, e => HasParameters(e, depth));

    /// <summary>Tells whether an expression takes values of the query at a depth.</summary>
    public static bool HasParameters(BoundExpression expression, int depth) =>
        expression is ParameterExpression parameter ? parameter.Depth == depth
            : ExpressionTree.Children(expression).Any(e => HasParameters(e, depth));

    /// <summary>Returns which values of the query at a depth a plan takes.</summary>
    public static SortedSet<int> ParametersOf(LogicalPlan plan, int depth)
    {
        var parameters = new SortedSet<int>();
        void Collect(BoundExpression expression)
        {
            if (expression is ParameterExpression parameter && parameter.Depth == depth)
            {
                parameters.Add(parameter.Index);
            }

            foreach (BoundExpression child in ExpressionTree.Children(expression))
            {
                Collect(child);
            }
        }

        void Walk(LogicalPlan step)
        {
            foreach (BoundExpression expression in Of(step))
            {
                Collect(expression);
            }

            foreach (LogicalPlan input in step.Inputs)
            {
                Walk(input);
            }
        }

        Walk(plan);
        return parameters;
    }

    /// <summary>Replaces the parameters of a depth.</summary>
    public static BoundExpression Replace(BoundExpression expression, int depth, Func<int, BoundExpression> map) =>
        expression is ParameterExpression parameter ? (parameter.Depth == depth ? map(parameter.Index) : expression)
            : ExpressionTree.MapChildren(expression, e => Replace(e, depth, map));

    private static bool Any(LogicalPlan plan, Func<BoundExpression, bool> test) =>
        Of(plan).Any(test) || plan.Inputs.Any(input => Any(input, test));

    private static ValueList<BoundExpression> Of(LogicalPlan plan) => plan switch
    {
        FilterPlan filter => [filter.Predicate],
        ProjectPlan project => project.Expressions,
        JoinPlan { Residual: { } residual } => [residual],
        TimeJoinPlan { Residual: { } residual } => [residual],
        UnnestPlan unnest => [unnest.Collection],
        _ => default,
    };
}
