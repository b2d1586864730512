using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Engine.Operators;

/// <summary>Holds one constant row.</summary>
/// <param name="Cells">One literal a column.</param>
public sealed record ValuesRow(ValueList<LiteralExpression> Cells);
