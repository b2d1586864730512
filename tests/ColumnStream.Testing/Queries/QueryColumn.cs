namespace ColumnStream.Testing.Queries;

/// <summary>Is a column that an expression may name.</summary>
/// <param name="Name">How it is written: <c>q3.c5</c>.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsRowtime">Whether it is the rowtime of an insert-only relation.</param>
/// <param name="IsUnique">Whether its values are unique and not NULL.</param>
public sealed record QueryColumn(string Name, QueryType Type, bool IsRowtime = false, bool IsUnique = false);
