namespace ColumnStream.Compute.Types;

/// <summary>Names and types one field of a ROW or one column of a relation.</summary>
/// <param name="Name">The name, case-sensitive.</param>
/// <param name="Type">The type with nullability.</param>
public sealed record SqlField(string Name, SqlType Type);
