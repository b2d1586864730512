using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>States how far the time of a left row may be from that of a right one.</summary>
/// <param name="Left">Time attribute of the left side.</param>
/// <param name="Right">Time attribute of the right side, counted from its first column.</param>
/// <param name="LowerMs">Least left time − right time.</param>
/// <param name="UpperMs">Greatest left time − right time.</param>
/// <param name="Rest">The conditions that still have to be tested.</param>
internal sealed record TimeBounds(int Left, int Right, long LowerMs, long UpperMs, IReadOnlyList<BoundExpression> Rest)
{
    private const long Open = long.MaxValue;

    /// <summary>Finds bounds from below and above in conditions over <paramref name="width"/> left columns, then right ones.</summary>
    public static TimeBounds? Find(IReadOnlyList<BoundExpression> conjuncts, int width)
    {
        List<(BoundExpression Whole, Difference Bound)> bounds = [];
        foreach (BoundExpression conjunct in conjuncts)
        {
            Difference[] parts =
            [
                .. Comparisons(conjunct).Select(c => DifferenceOf(c.Function, c.Left, c.Right, width)).OfType<Difference>(),
            ];
            if (parts.Length > 0 && parts.Length == Comparisons(conjunct).Count)
            {
                bounds.AddRange(parts.Select(p => (conjunct, p)));
            }
        }

        foreach ((int left, int right) in bounds.Select(b => (b.Bound.Left, b.Bound.Right)).Distinct())
        {
            (BoundExpression Whole, Difference Bound)[] own =
                [.. bounds.Where(b => b.Bound.Left == left && b.Bound.Right == right)];
            long lower = own.Max(b => b.Bound.Lower);
            long upper = own.Min(b => b.Bound.Upper);
            if (lower == -Open || upper == Open)
            {
                continue;
            }

            // An equality of times is a key too; a bound between two of a BETWEEN over other columns stays a condition.
            BoundExpression[] done =
            [
                .. own.Select(b => b.Whole).Distinct()
                    .Where(w => w is not CallExpression { Function: "=" } && own.Count(b => b.Whole == w) == Comparisons(w).Count),
            ];
            return new TimeBounds(left, right, lower, upper, [.. conjuncts.Where(c => !done.Contains(c))]);
        }

        return null;
    }

    /// <summary>Reads a time attribute with constants added and taken away; null for anything else.</summary>
    public static (int Column, long OffsetMs)? Term(BoundExpression expression)
    {
        switch (expression)
        {
            case ColumnExpression column when column.Type.TimeAttribute != TimeAttribute.None && column.Type.Precision <= 3:
                return (column.Index, 0);
            case CastExpression cast when cast.Type.Id == cast.Input.Type.Id && cast.Type.Precision >= cast.Input.Type.Precision:
                return Term(cast.Input);
            case CallExpression { Function: "+" or "-", Arguments: [var one, var other] } call:
                bool isMinus = call.Function == "-";
                if (Term(one) is { } first && Interval(other) is long added)
                {
                    return (first.Column, first.OffsetMs + (isMinus ? -added : added));
                }

                return !isMinus && Term(other) is { } second && Interval(one) is long before
                    ? (second.Column, second.OffsetMs + before) : null;
            default:
                return null;
        }
    }

    private static List<(string Function, BoundExpression Left, BoundExpression Right)> Comparisons(BoundExpression condition) =>
        condition switch
        {
            CallExpression { Function: "=" or "<" or "<=" or ">" or ">=", Arguments: [var one, var other] } call =>
                [(call.Function, one, other)],
            CallExpression { Function: "BETWEEN", Arguments: [var value, var low, var high] } =>
                [(">=", value, low), ("<=", value, high)],
            _ => [],
        };

    private static Difference? DifferenceOf(string function, BoundExpression one, BoundExpression other, int width)
    {
        if (Term(one) is not { } first || Term(other) is not { } second)
        {
            return null;
        }

        if (first.Column >= width && second.Column < width)
        {
            (first, second) = (second, first);
            function = function switch
            {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                _ => function,
            };
        }

        if (first.Column >= width || second.Column < width)
        {
            return null;
        }

        long distance = second.OffsetMs - first.OffsetMs;
        (long lower, long upper) = function switch
        {
            "<" => (-Open, distance - 1),
            "<=" => (-Open, distance),
            ">" => (distance + 1, Open),
            ">=" => (distance, Open),
            _ => (distance, distance),
        };
        return new Difference(first.Column, second.Column - width, lower, upper);
    }

    private static long? Interval(BoundExpression expression) =>
        ExpressionTree.ColumnsOf(expression).Count == 0
        && ConstantFolder.Fold(expression) is LiteralExpression { Value: { } text, Type.Id: SqlTypeId.IntervalDayTime }
            ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    private sealed record Difference(int Left, int Right, long Lower, long Upper);
}
