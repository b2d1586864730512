using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>RESET ('key', ...)</c>.</summary>
public sealed record ResetOptionsAction(EquatableArray<StringLiteral> Keys) : AlterAction;
