using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Stands in a query for a value of the row of a query around it; lives from binding to decorrelation.</summary>
/// <param name="Depth">Which query around it: 1 for the outermost that has one inside.</param>
/// <param name="Index">Position among the values that are taken from there.</param>
/// <param name="Type">The type, without time attribute.</param>
internal sealed record ParameterExpression(int Depth, int Index, SqlType Type) : BoundExpression(Type)
{
    public override string ToString() => $"?{Depth}.{Index}";
}
