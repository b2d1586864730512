using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>SET FRESHNESS = interval</c>, of a materialized table.</summary>
public sealed record SetFreshnessAction(Expression Freshness) : AlterAction;
