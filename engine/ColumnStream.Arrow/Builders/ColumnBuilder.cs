using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Collects values row by row and makes an array of them; reusable after <see cref="Finish"/>.</summary>
/// <remarks>
/// One thread. Rows can be taken back with <see cref="Truncate"/>, which is what makes decoding atomic by row.
/// </remarks>
public abstract unsafe class ColumnBuilder : IDisposable
{
    private NativeBuffer? _validity;
    private int _bitCapacity;
    private bool _hasNulls;

    /// <summary>
    /// Makes a builder for <paramref name="type"/> whose buffers are charged to <paramref name="allocator"/>.
    /// </summary>
    private protected ColumnBuilder(DataType type, BufferAllocator allocator)
    {
        Type = type;
        Allocator = allocator;
    }

    /// <summary>Gets the type that is built.</summary>
    public DataType Type { get; }

    /// <summary>Gets the rows appended since the last <see cref="Finish"/>.</summary>
    public int Length { get; private protected set; }

    private protected BufferAllocator Allocator { get; }

    /// <summary>Makes the builder that fits <paramref name="type"/>.</summary>
    /// <exception cref="NotSupportedException">No builder for this type.</exception>
    public static ColumnBuilder Create(
        DataType type, BufferAllocator allocator, int capacityRows = 4096) => type.Id switch
    {
        TypeId.Null => new NullBuilder(allocator),
        TypeId.Bool => new BooleanBuilder(allocator, capacityRows),
        TypeId.Utf8View or TypeId.BinaryView => new ViewBuilder(type, allocator, capacityRows),
        TypeId.Utf8 or TypeId.Binary => new BinaryBuilder(type, allocator, capacityRows),
        TypeId.List => new ListBuilder(type, allocator, capacityRows),
        TypeId.Struct => new StructBuilder(type, allocator, capacityRows),
        TypeId.Map => new MapBuilder(type, allocator, capacityRows),
        TypeId.LargeUtf8 or TypeId.LargeBinary => new LargeBinaryBuilder(type, allocator, capacityRows),
        TypeId.LargeList => new LargeListBuilder(type, allocator, capacityRows),
        TypeId.ListView or TypeId.LargeListView => new ListViewBuilder(type, allocator, capacityRows),
        TypeId.FixedSizeList => new FixedSizeListBuilder(type, allocator, capacityRows),
        TypeId.SparseUnion or TypeId.DenseUnion => new UnionBuilder(type, allocator, capacityRows),
        TypeId.Dictionary => new DictionaryBuilder(type, allocator, capacityRows),
        TypeId.RunEndEncoded => new RunEndBuilder(type, allocator, capacityRows),
        _ when type.ByteWidth > 0 || type.Id == TypeId.FixedSizeBinary => new FixedWidthBuilder(type, allocator, capacityRows),
        _ => throw new NotSupportedException($"Type has no builder: {type}."),
    };

    /// <summary>Appends a null row.</summary>
    public abstract void AppendNull();

    /// <summary>Takes back all rows from <paramref name="length"/> on.</summary>
    public virtual void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        Length = length;
    }

    /// <summary>Makes an array of the rows so far, owned by the caller, and starts anew.</summary>
    public abstract ArrayData Finish();

    /// <summary>Gives back all memory of unfinished rows.</summary>
    public virtual void Dispose()
    {
        _validity?.Release();
        _validity = null;
        _bitCapacity = 0;
        _hasNulls = false;
        Length = 0;
        GC.SuppressFinalize(this);
    }

    /// <summary>Notes row <see cref="Length"/> as valid or null; the caller then counts it.</summary>
    private protected void AppendValidity(bool valid)
    {
        if (!valid && !_hasNulls)
        {
            EnsureBits(Length + 1);
            Bitmap.Fill(_validity!.Pointer, Length);
            _hasNulls = true;
        }

        if (_hasNulls)
        {
            EnsureBits(Length + 1);
            Bitmap.Write(_validity!.Pointer, Length, valid);
        }
    }

    private protected NativeBuffer? FinishValidity()
    {
        if (!_hasNulls)
        {
            return null;
        }

        NativeBuffer bits = _validity!;
        TrimBits(bits);
        _validity = null;
        _bitCapacity = 0;
        _hasNulls = false;
        return bits;
    }

    /// <summary>Sets the length in bytes and clears the bits behind the last row, which were never written.</summary>
    private protected void TrimBits(NativeBuffer bits)
    {
        bits.Length = (Length + 7) >> 3;
        if ((Length & 7) != 0)
        {
            bits.Pointer[Length >> 3] &= (byte)((1 << (Length & 7)) - 1);
        }
    }

    /// <summary>
    /// Grows <paramref name="buffer"/> to hold <paramref name="neededBytes"/>, keeping the first used bytes.
    /// </summary>
    private protected NativeBuffer Grow(NativeBuffer? buffer, long usedBytes, long neededBytes)
    {
        if (buffer is not null && buffer.Capacity >= neededBytes)
        {
            return buffer;
        }

        NativeBuffer larger = Allocator.Allocate(Math.Max(neededBytes, buffer is null ? 0 : buffer.Capacity * 2));
        if (buffer is not null)
        {
            Buffer.MemoryCopy(buffer.Pointer, larger.Pointer, larger.Capacity, usedBytes);
            buffer.Release();
        }

        return larger;
    }

    private void EnsureBits(int rows)
    {
        if (rows <= _bitCapacity)
        {
            return;
        }

        _validity = Grow(_validity, (_bitCapacity + 7) >> 3, Bitmap.ByteCount(Math.Max(rows, 4096)));
        _bitCapacity = (int)Math.Min(int.MaxValue, _validity.Capacity * 8);
    }
}
