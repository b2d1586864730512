namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DROP CONSTRAINT name</c>, or DROP PRIMARY KEY when the name is null.</summary>
public sealed record DropConstraintAction(Identifier? Name) : AlterAction;
