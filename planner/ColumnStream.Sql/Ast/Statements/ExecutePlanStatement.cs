using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Runs a compiled plan from a file.</summary>
public sealed record ExecutePlanStatement(StringLiteral Path) : Statement;
