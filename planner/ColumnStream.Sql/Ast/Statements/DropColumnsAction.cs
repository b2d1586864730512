namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>DROP (a, b)</c>; a column may be a field inside a row.</summary>
public sealed record DropColumnsAction(EquatableArray<QualifiedName> Columns) : AlterAction;
