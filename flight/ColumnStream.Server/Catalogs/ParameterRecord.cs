namespace ColumnStream.Server.Catalogs;

/// <summary>Is one parameter of a statement as it is kept.</summary>
/// <param name="Type">The type that its place asks for.</param>
/// <param name="ValueType">The type of the value.</param>
/// <param name="Value">The value as canonical text, or null.</param>
internal sealed record ParameterRecord(string Type, string ValueType, string? Value);
