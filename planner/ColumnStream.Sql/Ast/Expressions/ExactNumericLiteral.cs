using System;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is an integer or decimal literal of at most 38 digits, never negative: a sign is a unary operator.</summary>
/// <param name="Unscaled">The digits without the point.</param>
/// <param name="Precision">The number of digits written, leading zeros included, as the type rules count them.</param>
/// <param name="Scale">The number of digits behind the point; 0 makes it an integer.</param>
public sealed record ExactNumericLiteral(Int128 Unscaled, int Precision, int Scale) : Expression;
