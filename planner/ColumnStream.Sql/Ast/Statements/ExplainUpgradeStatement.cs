using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows what becomes of the state of a job when other statements go on from it.</summary>
/// <param name="From">Path of the former script, address of a checkpoint or savepoint, or statements that hold a semicolon.</param>
/// <param name="To">Path of the new script, or statements that hold a semicolon.</param>
public sealed record ExplainUpgradeStatement(StringLiteral From, StringLiteral To) : Statement;
