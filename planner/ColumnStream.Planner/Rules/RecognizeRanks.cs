using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>Makes a top-N of a filter that bounds ROW_NUMBER, RANK or DENSE_RANK by constants: only those rows are kept.</summary>
internal static class RecognizeRanks
{
    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node =>
        node is FilterPlan { Input: ProjectPlan project } above && Below(project) is OverPlan
            && PushFilters.Apply(above) is var pushed && !pushed.Equals(above) ? Apply(pushed)
        : node is FilterPlan { Input: OverPlan { Calls: [{ Frame: null, Call: { Arguments.Count: 0 } call }] } over } filter
            && FunctionOf(call.Function) is { } function ? Make(filter, over, function) ?? node
        : node);

    private static LogicalPlan Below(LogicalPlan plan) => plan is ProjectPlan project ? Below(project.Input) : plan;

    private static RankFunction? FunctionOf(string name) => name switch
    {
        "ROW_NUMBER" => RankFunction.RowNumber,
        "RANK" => RankFunction.Rank,
        "DENSE_RANK" => RankFunction.DenseRank,
        _ => null,
    };

    private static LogicalPlan? Make(FilterPlan filter, OverPlan over, RankFunction function)
    {
        int number = over.Input.Fields.Count;
        (long start, long end) = (1, long.MaxValue);
        var rest = new List<BoundExpression>();
        foreach (BoundExpression conjunct in ExpressionTree.Conjuncts(filter.Predicate))
        {
            if (!Narrow(conjunct, number, ref start, ref end))
            {
                rest.Add(conjunct);
            }
        }

        if (end == long.MaxValue)
        {
            return null;
        }

        if (end < start)
        {
            return new ValuesPlan(default, over.Fields);
        }

        LogicalPlan plan;
        if (start == end && function == RankFunction.RowNumber)
        {
            // The number is a constant, so nobody has to keep it.
            var rank = new RankPlan(
                over.Input, function, over.Partition, over.Order, start, end, over.Input.Fields, over.Uid);
            IEnumerable<BoundExpression> columns = over.Input.Fields
                .Select((f, i) => (BoundExpression)new ColumnExpression(i, f.Type))
                .Append(new LiteralExpression(start.ToString(CultureInfo.InvariantCulture), RankPlan.NumberType));
            plan = new ProjectPlan(rank, ValueList.From(columns), over.Fields);
        }
        else
        {
            plan = new RankPlan(over.Input, function, over.Partition, over.Order, start, end, over.Fields, over.Uid);
        }

        return rest.Count == 0 ? plan : new FilterPlan(plan, ExpressionTree.And(rest));
    }

    /// <summary>Takes a condition on the rank and a constant into the range; false for all others.</summary>
    private static bool Narrow(BoundExpression condition, int number, ref long start, ref long end)
    {
        if (condition is not CallExpression call)
        {
            return false;
        }

        if (call is { Function: "BETWEEN", Arguments: [var value, var low, var high] })
        {
            if (!IsNumber(value, number) || Constant(low) is not { } least || Constant(high) is not { } most)
            {
                return false;
            }

            (start, end) = (Math.Max(start, least), Math.Min(end, most));
            return true;
        }

        if (call.Arguments.Count != 2)
        {
            return false;
        }

        bool isLeft = IsNumber(call.Arguments[0], number);
        if ((!isLeft && !IsNumber(call.Arguments[1], number)) || Constant(call.Arguments[isLeft ? 1 : 0]) is not { } bound)
        {
            return false;
        }

        string function = isLeft ? call.Function : Mirrored(call.Function);
        switch (function)
        {
            case "=":
                (start, end) = (Math.Max(start, bound), Math.Min(end, bound));
                return true;
            case "<=" or "<":
                end = Math.Min(end, function == "<" ? Less(bound) : bound);
                return true;
            case ">=" or ">":
                start = Math.Max(start, function == ">" && bound < long.MaxValue ? bound + 1 : bound);
                return true;
            default:
                return false;
        }
    }

    private static long Less(long bound) => bound == long.MinValue ? bound : bound - 1;

    private static string Mirrored(string function) => function switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => function,
    };

    private static bool IsNumber(BoundExpression expression, int number) =>
        expression is ColumnExpression column && column.Index == number;

    private static long? Constant(BoundExpression expression) =>
        ConstantFolder.Fold(expression) is LiteralExpression { Value: { } text, Type.IsInteger: true }
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : null;
}
