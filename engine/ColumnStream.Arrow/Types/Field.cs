namespace ColumnStream.Arrow.Types;

/// <summary>Names and types one column or child; equality includes nullability and metadata.</summary>
/// <param name="Name">The name as written; may repeat inside a schema.</param>
/// <param name="Type">The type of the values.</param>
/// <param name="Nullable">Whether nulls may occur.</param>
public sealed record Field(string Name, DataType Type, bool Nullable = true)
{
    /// <summary>Gets key-value metadata in file order.</summary>
    public ValueList<MetadataEntry> Metadata { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}{(Nullable ? string.Empty : " not null")}";
}
