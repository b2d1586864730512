using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Finds patterns in the order of rows: <c>t MATCH_RECOGNIZE (...)</c>.</summary>
/// <param name="Input">The table.</param>
/// <param name="Pattern">The pattern.</param>
/// <param name="Definitions">The conditions of DEFINE.</param>
/// <param name="PartitionBy">The partitioning expressions.</param>
/// <param name="OrderBy">The order.</param>
/// <param name="Measures">The columns of MEASURES.</param>
/// <param name="RowsPerMatch">The rows a match gives.</param>
/// <param name="Skip">Where the next match may begin, or null.</param>
/// <param name="Within">The interval of WITHIN, or null.</param>
/// <param name="Subsets">The unions of variables of SUBSET.</param>
/// <param name="IsAnchoredAtStart">Whether <c>^</c> begins the pattern.</param>
/// <param name="IsAnchoredAtEnd">Whether <c>$</c> ends the pattern.</param>
/// <param name="Alias">The alias, or null.</param>
public sealed record MatchRecognizeTable(
    TableReference Input,
    RowPattern Pattern,
    EquatableArray<PatternDefinition> Definitions,
    EquatableArray<Expression> PartitionBy = default,
    EquatableArray<OrderItem> OrderBy = default,
    EquatableArray<ExpressionItem> Measures = default,
    RowsPerMatch RowsPerMatch = RowsPerMatch.Default,
    AfterMatchSkip? Skip = null,
    Expression? Within = null,
    EquatableArray<PatternSubset> Subsets = default,
    bool IsAnchoredAtStart = false,
    bool IsAnchoredAtEnd = false,
    TableAlias? Alias = null) : TableReference;
