using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Writes the compiled plan of an INSERT or a statement set to a file, and runs it when that was asked.</summary>
public sealed record CompilePlanStatement(StringLiteral Path, Statement Statement, bool IfNotExists, bool IsExecuted)
    : Statement;
