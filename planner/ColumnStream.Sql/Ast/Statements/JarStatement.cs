using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Adds or removes a JAR file.</summary>
public sealed record JarStatement(StringLiteral Path, bool IsRemoved) : Statement;
