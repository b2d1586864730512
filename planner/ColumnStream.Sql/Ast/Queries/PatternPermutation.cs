namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is several patterns in any order: <c>PERMUTE(A, B)</c>.</summary>
public sealed record PatternPermutation(EquatableArray<RowPattern> Items) : RowPattern;
