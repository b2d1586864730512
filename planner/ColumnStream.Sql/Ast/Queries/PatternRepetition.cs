namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Repeats a pattern: <c>A{2,3}</c>, <c>A*</c>, <c>A+?</c>.</summary>
/// <param name="Inner">The pattern.</param>
/// <param name="Least">The least number of times.</param>
/// <param name="Most">The greatest number of times; null is without end.</param>
/// <param name="IsReluctant">Whether <c>?</c> behind the quantifier prefers fewer rows.</param>
public sealed record PatternRepetition(RowPattern Inner, int Least, int? Most, bool IsReluctant = false) : RowPattern;
