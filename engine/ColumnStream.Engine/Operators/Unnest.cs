using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Operators.Unnest;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>Makes a row of each element of a collection, beside columns of the input.</summary>
/// <param name="Collection">An array, map or multiset over the input. Rows in it give a column a field, maps key and value.</param>
/// <param name="Kept">The columns of the input that stand first.</param>
/// <param name="WithOrdinality">Whether a last INT column counts the elements of each collection from 1.</param>
/// <param name="IsOuter">Whether a row whose collection is NULL or empty stays, with NULLs behind its columns.</param>
[PlanNode("unnest", version: 1)]
public sealed record UnnestNode(BoundExpression Collection, ValueList<int> Kept, bool WithOrdinality, bool IsOuter) : PhysicalNode
{
    /// <inheritdoc/>
    public override string Describe() =>
        $"unnest {Collection} beside [{string.Join(", ", Kept)}]{(WithOrdinality ? " with ordinality" : string.Empty)}"
        + (IsOuter ? " outer" : string.Empty);

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new UnnestOperator(this);
}
