namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>RESUME [WITH (...)]</c>, of a materialized table.</summary>
public sealed record ResumeAction(EquatableArray<TableOption> Options) : AlterAction;
