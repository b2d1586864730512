namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Changes the current catalog, or the current database when <paramref name="IsCatalog"/> is false.</summary>
public sealed record UseStatement(QualifiedName Name, bool IsCatalog) : Statement;
