using System;

namespace ColumnStream.Arrow.Types;

/// <summary>Names and types one column or child; equality includes nullability and metadata.</summary>
/// <param name="Name">The name as written; may repeat inside a schema.</param>
/// <param name="Type">The type of the values.</param>
/// <param name="Nullable">Whether nulls may occur.</param>
public sealed record Field(string Name, DataType Type, bool Nullable = true)
{
    /// <summary>Gets key-value metadata in file order; an extension type stands here, by the format's keys.</summary>
    public ValueList<MetadataEntry> Metadata { get; init; }

    /// <summary>
    /// Gets the number by which a stream or file knows this field's dictionary; fields with one number share a dictionary.
    /// </summary>
    /// <remarks>No part of equality. Writers choose a number where there is none.</remarks>
    public long? DictionaryId { get; init; }

    /// <summary>Compares everything but <see cref="DictionaryId"/>.</summary>
    public bool Equals(Field? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Nullable == other.Nullable && string.Equals(Name, other.Name, StringComparison.Ordinal)
            && Type == other.Type && Metadata == other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Type, Nullable, Metadata);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}{(Nullable ? string.Empty : " not null")}";
}
