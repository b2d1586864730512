namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Shows the plan of a query, an INSERT or a statement set.</summary>
public sealed record ExplainStatement(Statement Statement, EquatableArray<ExplainDetail> Details) : Statement;
