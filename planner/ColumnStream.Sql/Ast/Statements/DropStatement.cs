namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Drops a table or a view.</summary>
public sealed record DropStatement(DropKind Kind, QualifiedName Name, bool IsTemporary, bool IfExists) : Statement;
