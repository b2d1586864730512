using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>
/// Turns columns of lists, maps and structs into columns of canonical bytes and back: equal values have equal bytes,
/// so that state, keys and hashes treat them like text.
/// </summary>
/// <remarks>One thread.</remarks>
public sealed unsafe class NestedCodec
{
    private readonly DataType _type;
    private readonly NestedEncoder _encoder;
    private readonly NestedDecoder _decoder;
    private readonly ByteWriter _bytes = new();

    /// <summary>Makes the codec of a list, map or struct type.</summary>
    public NestedCodec(DataType type)
    {
        _type = type;
        _encoder = NestedEncoder.Create(type);
        _decoder = NestedDecoder.Create(type);
    }

    /// <summary>Tells whether columns of a type have a codec.</summary>
    public static bool IsNested(DataType type) => NestedEncoder.IsNested(type);

    /// <summary>Makes a column of bytes; nulls stay null. The caller owns it.</summary>
    public ArrayData Encode(ArrayData column, BufferAllocator allocator)
    {
        using var builder = new ViewBuilder(DataType.BinaryView, allocator, Math.Max(1, column.Length));
        for (int row = 0; row < column.Length; row++)
        {
            if (column.IsNull(row))
            {
                builder.AppendNull();
                continue;
            }

            builder.Append(Encode(column, row));
        }

        return builder.Finish();
    }

    /// <summary>Writes one row that is not null; the bytes are good until the next call.</summary>
    public ReadOnlySpan<byte> Encode(ArrayData column, int row)
    {
        _bytes.Clear();
        _encoder.Encode(column, row, _bytes);
        return _bytes.Span;
    }

    /// <summary>Makes the column again from bytes; nulls stay null. The caller owns it.</summary>
    public ArrayData Decode(ArrayData bytes, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(_type, allocator, Math.Max(1, bytes.Length));
        for (int row = 0; row < bytes.Length; row++)
        {
            if (bytes.IsNull(row))
            {
                builder.AppendNull();
                continue;
            }

            Append(builder, bytes is ViewArray views ? views.GetBytes(row) : ((BinaryArray)bytes).GetBytes(row));
        }

        return builder.Finish();
    }

    /// <summary>Appends the value of canonical bytes to a builder of the type.</summary>
    public void Append(ColumnBuilder builder, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* pointer = bytes)
        {
            long none = 0;
            byte* at = bytes.IsEmpty ? (byte*)&none : pointer;
            _decoder.Append(builder, new Utf8(at, bytes.Length, -1, 0));
        }
    }
}
