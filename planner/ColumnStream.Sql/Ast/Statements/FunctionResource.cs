using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is one file that a function needs: <c>JAR 'path'</c>.</summary>
public sealed record FunctionResource(Identifier Kind, StringLiteral Path) : SqlNode;
