using System.Collections.Generic;
using ColumnStream.Compute.Expressions;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Collects what a query takes of the rows of the query around it.</summary>
/// <param name="outer">Binds over those rows.</param>
/// <param name="around">What the query around it takes of the next one, or null.</param>
internal sealed class Correlation(ExpressionBinder outer, Correlation? around)
{
    /// <summary>Gets how many queries stand around, which tells the parameters of one from those of another.</summary>
    public int Depth { get; } = (around?.Depth ?? 0) + 1;

    /// <summary>Gets the values, over the outer rows; a parameter's index is its place here.</summary>
    public List<BoundExpression> Arguments { get; } = [];

    /// <summary>Returns a parameter for a name that a query around knows; null where none does.</summary>
    public BoundExpression? Resolve(ColumnReference reference)
    {
        if (!outer.Names.Knows(reference))
        {
            return around?.Resolve(reference);
        }

        BoundExpression value = outer.Bind(reference);
        if (TypeBinder.IsError(value.Type))
        {
            return LiteralBinder.Error;
        }

        if (value is LiteralExpression)
        {
            return value;
        }

        int index = Arguments.IndexOf(value);
        if (index < 0)
        {
            index = Arguments.Count;
            Arguments.Add(value);
        }

        return new ParameterExpression(Depth, index, value.Type.Materialized()) { Location = value.Location };
    }
}
