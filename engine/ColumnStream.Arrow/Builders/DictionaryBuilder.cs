using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds dictionary columns: append values to <see cref="Values"/>, and an index into them for every row.</summary>
/// <remarks>Each <see cref="Finish"/> makes a dictionary of its own.</remarks>
public sealed unsafe class DictionaryBuilder : ColumnBuilder
{
    private readonly FixedWidthBuilder _indexes;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public DictionaryBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _indexes = new FixedWidthBuilder(type.IndexType!, allocator, capacityRows);
        Values = Create(type.Children[0].Type, allocator, Math.Min(capacityRows, 256));
    }

    /// <summary>Gets the builder of the dictionary.</summary>
    public ColumnBuilder Values { get; }

    /// <summary>Appends a row that names row <paramref name="index"/> of the dictionary.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dictionary has no such row.</exception>
    /// <exception cref="OverflowException">The index type cannot hold the index.</exception>
    public void AppendIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Values.Length);
        Span<byte> bytes = stackalloc byte[8];
        BitConverter.TryWriteBytes(bytes, (long)index);
        if (index > MostIndex(Type.IndexType!))
        {
            throw new OverflowException($"Index exceeds its type: {index}, {Type.IndexType}.");
        }

        _indexes.AppendBytes(bytes[..Type.IndexType!.ByteWidth]);
        AppendValidity(valid: true);
        Length++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        _indexes.AppendBytes([0, 0, 0, 0, 0, 0, 0, 0]);
        AppendValidity(valid: false);
        Length++;
    }

    /// <inheritdoc/>
    /// <remarks>The dictionary keeps its values.</remarks>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        _indexes.Truncate(length);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        var indexes = (FixedWidthArray)_indexes.Finish();
        NativeBuffer buffer = indexes.ValuesBuffer.Retain();
        indexes.Release();
        var array = new DictionaryArray(Type, Length, buffer, Values.Finish(), FinishValidity());
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _indexes.Dispose();
        Values.Dispose();
        base.Dispose();
    }

    /// <summary>Gets the largest index that rows of an index type can hold.</summary>
    internal static int MostIndex(DataType type) => type.Id switch
    {
        TypeId.Int8 => sbyte.MaxValue,
        TypeId.UInt8 => byte.MaxValue,
        TypeId.Int16 => short.MaxValue,
        TypeId.UInt16 => ushort.MaxValue,
        _ => int.MaxValue,
    };
}
