using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds <c>(a, b) OVERLAPS (c, d)</c>: periods given by two ends, in any order, or by a start and a length.</summary>
internal sealed class PeriodBinder(DiagnosticBag diagnostics, CallBinder calls, System.Func<Ast.Expression, BoundExpression> bind)
{
    /// <summary>Binds a comparison of periods; both ends belong to a period.</summary>
    public BoundExpression Bind(PeriodExpression period)
    {
        if (period.Predicate != PeriodPredicate.Overlaps)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, period.Span, "Compare the ends of the periods.",
                $"{period.Predicate.ToString().ToUpperInvariant()} of periods");
            return LiteralBinder.Error;
        }

        if (Ends(period.Left) is not { } left || Ends(period.Right) is not { } right)
        {
            return LiteralBinder.Error;
        }

        SourceSpan span = period.Span;
        return calls.Operator(
            "AND",
            [calls.Operator("<=", [left.Low, right.High], span), calls.Operator("<=", [right.Low, left.High], span)],
            span);
    }

    /// <summary>Binds a row of two and puts its ends in order; null after a report.</summary>
    private (BoundExpression Low, BoundExpression High)? Ends(Ast.Expression row)
    {
        if (row is not RowConstructor { Elements: { Count: 2 } ends })
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, row.Span, "Write (start, end) or (start, length).", "A period that is no pair");
            return null;
        }

        BoundExpression start = bind(ends[0]);
        BoundExpression end = bind(ends[1]);
        if (TypeCoercion.IsInterval(end.Type))
        {
            end = calls.Operator("+", [start, end], row.Span);
        }

        BoundExpression inOrder = calls.Operator("<=", [start, end], row.Span);
        if (new[] { start, end, inOrder }.Any(e => TypeBinder.IsError(e.Type))
            || TypeCoercion.CommonType(start.Type, end.Type) is not { } type)
        {
            return null;
        }

        return (Choose(inOrder, start, end, type), Choose(inOrder, end, start, type));
    }

    private static Compute.Expressions.CaseExpression Choose(
        BoundExpression condition, BoundExpression then, BoundExpression otherwise, SqlType type)
    {
        SqlType plain = type.Materialized();
        return new Compute.Expressions.CaseExpression(
            [new CaseBranch(condition, Logical.ExpressionTree.CastTo(then, plain))],
            Logical.ExpressionTree.CastTo(otherwise, plain),
            plain);
    }
}
