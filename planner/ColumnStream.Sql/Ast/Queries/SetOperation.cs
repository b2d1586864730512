namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Joins the rows of two bodies; without ALL, equal rows are one.</summary>
public sealed record SetOperation(QueryBody Left, SetOperator Operator, bool IsAll, QueryBody Right) : QueryBody;
