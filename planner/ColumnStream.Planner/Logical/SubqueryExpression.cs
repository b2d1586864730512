using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Sql;

namespace ColumnStream.Planner.Logical;

/// <summary>Asks a query for a value; lives from binding to decorrelation, which turns it into a column of a join.</summary>
/// <param name="Kind">What is asked.</param>
/// <param name="Depth">Depth of the parameters in <paramref name="Plan"/> that stand for <paramref name="Arguments"/>.</param>
/// <param name="Arguments">What the query takes of the outer row.</param>
/// <param name="Operands">What is compared with the query's columns, of the same types.</param>
/// <param name="Comparison">The operator of a quantified comparison.</param>
/// <param name="IsAll">Whether it must hold for all rows.</param>
/// <param name="Plan">The query.</param>
/// <param name="Span">The place for errors.</param>
/// <param name="Type">The type of the value.</param>
internal sealed record SubqueryExpression(
    SubqueryKind Kind,
    int Depth,
    ValueList<BoundExpression> Arguments,
    ValueList<BoundExpression> Operands,
    string Comparison,
    bool IsAll,
    LogicalPlan Plan,
    SourceSpan Span,
    SqlType Type) : BoundExpression(Type)
{
    public override string ToString() => $"{Kind}({string.Join(", ", Arguments)})";
}
