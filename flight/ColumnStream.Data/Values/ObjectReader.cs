using System;
using System.Diagnostics.CodeAnalysis;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads a column whose values are objects.</summary>
internal abstract class ObjectReader<
    [DynamicallyAccessedMembers(ColumnReader.Members)] T>(Field field, int ordinal) : ColumnReader(field, ordinal)
    where T : class
{
    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ClrType => typeof(T);

    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ArrayType => typeof(T[]);

    /// <inheritdoc/>
    public override object GetValue(int row) => Get(row);

    /// <inheritdoc/>
    public override Array GetArray(int start, int count)
    {
        var values = new T?[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = IsNull(start + i) ? null : Get(start + i);
        }

        return values;
    }

    /// <summary>Gives the value of a row that is not null.</summary>
    protected abstract T Get(int row);
}
