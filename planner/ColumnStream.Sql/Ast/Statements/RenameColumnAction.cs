namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>RENAME column TO name</c>.</summary>
public sealed record RenameColumnAction(QualifiedName Column, QualifiedName NewName) : AlterAction;
