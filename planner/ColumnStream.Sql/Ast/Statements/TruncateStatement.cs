namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Deletes all rows of a table.</summary>
public sealed record TruncateStatement(QualifiedName Table) : Statement;
