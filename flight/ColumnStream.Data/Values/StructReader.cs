using System;
using System.Diagnostics.CodeAnalysis;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads a column whose values are of a value type.</summary>
internal abstract class StructReader<
    [DynamicallyAccessedMembers(ColumnReader.Members)] T>(Field field, int ordinal) : ColumnReader(field, ordinal)
    where T : struct
{
    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ClrType => typeof(T);

    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ArrayType => Field.Nullable ? typeof(T?[]) : typeof(T[]);

    /// <inheritdoc/>
    public override object GetValue(int row) => Get(row);

    /// <inheritdoc/>
    public override Array GetArray(int start, int count)
    {
        if (!Field.Nullable)
        {
            var values = new T[count];
            for (int i = 0; i < count; i++)
            {
                values[i] = Get(start + i);
            }

            return values;
        }

        var nullable = new T?[count];
        for (int i = 0; i < count; i++)
        {
            nullable[i] = IsNull(start + i) ? null : Get(start + i);
        }

        return nullable;
    }

    /// <summary>Gives the value of a row that is not null.</summary>
    protected abstract T Get(int row);
}
