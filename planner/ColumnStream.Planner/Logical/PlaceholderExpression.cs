using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Stands for a parameter whose type is looked for; a cast tells it.</summary>
/// <param name="Owner">Remembers types.</param>
/// <param name="Index">Position among the parameters.</param>
internal sealed record PlaceholderExpression(StatementParameters Owner, int Index) : BoundExpression(SqlType.Null)
{
    /// <summary>Returns what stands in its place once the type is known.</summary>
    public BoundExpression As(SqlType type)
    {
        Owner.Learn(Index, type);
        return type.Id == SqlTypeId.Null ? this : new LiteralExpression(null, type.Materialized().WithNullable(true));
    }

    public override string ToString() => $"?{Index + 1}";
}
