using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Recognises joins of two window functions on equal starts and ends.</summary>
internal static class WindowJoin
{
    /// <summary>Returns the window join of a candidate, null for another join, or a broken relation after a report.</summary>
    public static Relation? Build(JoinCandidate candidate, BindingContext context)
    {
        int width = candidate.Left.Plan.Fields.Count;
        (int Left, int Right)[] equal = [.. candidate.Conjuncts.Select(c => Columns(c, width)).OfType<(int, int)>()];
        if (WindowBounds.Of(candidate.Left.Plan) is not { } left || WindowBounds.Of(candidate.Right.Plan) is not { } right
            || !equal.Any(e => left.Starts.Contains(e.Left) && right.Starts.Contains(e.Right)))
        {
            return null;
        }

        (int Left, int Right) end = equal.FirstOrDefault(
            e => left.Ends.Contains(e.Left) && right.Ends.Contains(e.Right), (Left: -1, Right: -1));
        if (end.Left < 0 || !CanJoin(left.Window) || !CanJoin(right.Window))
        {
            return null;
        }

        if (!left.IsCutLike(right))
        {
            context.Diagnostics.Report(
                PlannerErrors.NotSupported, candidate.Syntax.Span,
                $"Left is {left.Window}, right is {right.Window}; leave out the equality of starts or of ends for a regular join.",
                "A window join of different windows");
            return new Relation(Relation.Broken.Plan, candidate.Columns, IsBroken: true);
        }

        return TimeJoinBuilder.Build(
            candidate, TimeJoinKind.Window, end.Left, end.Right, 0, 0, candidate.Conjuncts, candidate.Columns, left.Window.IsLocal);
    }

    /// <summary>Tells whether windows can be joined when they close: sessions grow, and the clock's windows close without a watermark.</summary>
    public static bool CanJoin(WindowSpec window) => !window.IsProctime && window.Kind != WindowKind.Session;

    private static (int Left, int Right)? Columns(BoundExpression condition, int width) =>
        JoinSides.Equality(condition, width) is (ColumnExpression left, ColumnExpression right, _)
            ? (left.Index, right.Index - width) : null;
}
