using System;

namespace ColumnStream.Arrow.Types;

/// <summary>States the fields of a batch, in order, with structural equality.</summary>
/// <param name="Fields">The columns.</param>
public sealed record Schema(ValueList<Field> Fields)
{
    /// <summary>Makes a schema of <paramref name="fields"/>.</summary>
    public Schema(params ReadOnlySpan<Field> fields)
        : this(ValueList.Create(fields))
    {
    }

    /// <summary>Gets key-value metadata in file order.</summary>
    public ValueList<MetadataEntry> Metadata { get; init; }

    /// <summary>Finds the first field called <paramref name="name"/> (case-sensitive), or -1.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (string.Equals(Fields[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", Fields);
}
