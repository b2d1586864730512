using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Converts to a type; TRY_CAST gives NULL where CAST fails.</summary>
public sealed record CastExpression(Expression Operand, TypeSyntax Type, bool IsTry) : Expression;
