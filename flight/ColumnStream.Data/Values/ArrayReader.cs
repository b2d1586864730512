using System;
using System.Diagnostics.CodeAnalysis;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Data.Values;

/// <summary>Reads lists as arrays: <c>int[]</c>, or <c>int?[]</c> where items may be null.</summary>
internal sealed class ArrayReader : ColumnReader
{
    private readonly ColumnReader _items;

    /// <summary>Makes a reader of a list's column.</summary>
    public ArrayReader(Field field, int ordinal)
        : base(field, ordinal) =>
        _items = ColumnReaders.Of(field.Type.Children[0], ordinal);

    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ClrType => _items.ArrayType;

    /// <inheritdoc/>
    [DynamicallyAccessedMembers(Members)]
    public override Type ArrayType => typeof(object[]);

    /// <inheritdoc/>
    public override object GetValue(int row)
    {
        ListRows.TryFind(Array!, row, out ArrayData items, out int start, out int count);
        _items.Bind(items);
        return _items.GetArray(start, count);
    }

    /// <inheritdoc/>
    public override Array GetArray(int start, int count)
    {
        var values = new object?[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = IsNull(start + i) ? null : GetValue(start + i);
        }

        return values;
    }
}
