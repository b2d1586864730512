using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Converts to a type; TRY_CAST gives NULL where CAST fails.</summary>
/// <param name="Operand">The value.</param>
/// <param name="Type">The type.</param>
/// <param name="IsTry">Whether TRY_CAST was written.</param>
/// <param name="Format">The template of FORMAT behind the type, or null.</param>
public sealed record CastExpression(Expression Operand, TypeSyntax Type, bool IsTry, StringLiteral? Format = null)
    : Expression;
