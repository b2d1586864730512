using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds lists of one length: append that many items to <see cref="Items"/>, then <see cref="AppendList"/> closes the row.
/// </summary>
public sealed class FixedSizeListBuilder : ColumnBuilder
{
    private readonly int _size;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public FixedSizeListBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _size = type.FixedSize;
        Items = Create(type.Children[0].Type, allocator, (int)Math.Min((long)capacityRows * _size, 1 << 20));
    }

    /// <summary>Gets the builder of the child.</summary>
    public ColumnBuilder Items { get; }

    /// <summary>Closes a row.</summary>
    /// <exception cref="InvalidOperationException">The number of items appended since the last row is wrong.</exception>
    public void AppendList()
    {
        int wanted = checked((Length + 1) * _size);
        if (Items.Length != wanted)
        {
            throw new InvalidOperationException(
                $"List has a wrong number of items: {_size - (wanted - Items.Length)}, {_size}.");
        }

        AppendValidity(valid: true);
        Length++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Items.Truncate(Length * _size);
        for (int i = 0; i < _size; i++)
        {
            Items.AppendNull();
        }

        AppendValidity(valid: false);
        Length++;
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        Items.Truncate(length * _size);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Items.Truncate(Length * _size);
        var array = new FixedSizeListArray(Type, Length, Items.Finish(), FinishValidity());
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Items.Dispose();
        base.Dispose();
    }
}
