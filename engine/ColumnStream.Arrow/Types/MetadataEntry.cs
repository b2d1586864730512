namespace ColumnStream.Arrow.Types;

/// <summary>Holds one key and value of schema, field or message metadata.</summary>
/// <param name="Key">The key; may repeat.</param>
/// <param name="Value">The value.</param>
public readonly record struct MetadataEntry(string Key, string Value);
