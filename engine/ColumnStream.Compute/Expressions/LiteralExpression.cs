using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>Holds a constant.</summary>
/// <remarks>
/// <paramref name="Value"/> is canonical, culture-free text: integers, dates, times, timestamps and intervals as the
/// integer that the column layout stores; decimals as their unscaled integer; FLOAT and DOUBLE in round-trip form;
/// text as itself; binary, and the canonical bytes of nested values, in upper-case hexadecimal; booleans as
/// <c>true</c> or <c>false</c>.
/// </remarks>
/// <param name="Value">The canonical text, or null for NULL.</param>
/// <param name="Type">The type.</param>
public sealed record LiteralExpression(string? Value, SqlType Type) : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Value is null ? "NULL" : Type.IsText ? $"'{Value}'" : $"{Value}:{Type.WithNullable(true)}";
}
