using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Calls a procedure.</summary>
public sealed record CallStatement(FunctionCall Call) : Statement;
