namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>SUSPEND</c>, of a materialized table.</summary>
public sealed record SuspendAction : AlterAction;
