namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>RENAME TO name</c>.</summary>
public sealed record RenameAction(QualifiedName NewName) : AlterAction;
