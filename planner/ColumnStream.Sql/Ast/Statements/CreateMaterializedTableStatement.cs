using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Creates a table whose rows a query keeps fresh.</summary>
/// <param name="Table">The table: name, elements, options, distribution, partitions, comment and query.</param>
/// <param name="Freshness">The interval of FRESHNESS, or null.</param>
/// <param name="RefreshMode">The mode of REFRESH_MODE.</param>
/// <param name="StartMode">The begin of START_MODE, or null.</param>
/// <param name="IsOrAlter">Whether OR ALTER was written.</param>
public sealed record CreateMaterializedTableStatement(
    CreateTableStatement Table,
    Expression? Freshness = null,
    RefreshMode RefreshMode = RefreshMode.Default,
    StartMode? StartMode = null,
    bool IsOrAlter = false) : Statement;
