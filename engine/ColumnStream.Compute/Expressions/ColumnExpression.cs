using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Reads one column of the input.</summary>
/// <param name="Index">Position of the column, from 0.</param>
/// <param name="Type">Type of the column.</param>
public sealed record ColumnExpression(int Index, SqlType Type) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"${Index}";
}
