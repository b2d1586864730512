namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Is one pattern behind the other: <c>A B C</c>; without items it is the empty match <c>()</c>.</summary>
public sealed record PatternSequence(EquatableArray<RowPattern> Items) : RowPattern;
