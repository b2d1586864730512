namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one of several patterns: <c>A | B</c>.</summary>
public sealed record PatternAlternation(EquatableArray<RowPattern> Items) : RowPattern;
