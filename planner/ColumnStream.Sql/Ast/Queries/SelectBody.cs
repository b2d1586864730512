using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is SELECT with its clauses.</summary>
/// <param name="Items">The select list.</param>
/// <param name="From">The table references; commas are cross joins; null without FROM.</param>
/// <param name="Where">The condition of WHERE, or null.</param>
/// <param name="GroupBy">The elements of GROUP BY; null without GROUP BY.</param>
/// <param name="Having">The condition of HAVING, or null.</param>
/// <param name="Windows">The named windows of WINDOW.</param>
/// <param name="Qualify">The condition of QUALIFY, or null.</param>
/// <param name="IsDistinct">Whether DISTINCT was written.</param>
/// <param name="Hints">The hints behind SELECT.</param>
public sealed record SelectBody(
    EquatableArray<SelectItem> Items,
    TableReference? From = null,
    Expression? Where = null,
    GroupByClause? GroupBy = null,
    Expression? Having = null,
    EquatableArray<NamedWindow> Windows = default,
    Expression? Qualify = null,
    bool IsDistinct = false,
    EquatableArray<Hint> Hints = default) : QueryBody;
