using System;
using System.Threading;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds one immutable column; whoever receives a reference releases it.</summary>
/// <remarks>
/// Bit 0 of <see cref="Validity"/> and element 0 of the values always belong to row 0: slices shift pointers, and copy
/// validity bits only when a slice begins inside a byte. The reference count may be changed from any thread.
/// </remarks>
public abstract unsafe class ArrayData
{
    private int _references = 1;
    private int _nullCount;

    /// <summary>Takes over <paramref name="validity"/>; a null count of -1 means not yet counted.</summary>
    private protected ArrayData(DataType type, int length, NativeBuffer? validity, byte* validityBits, int nullCount)
    {
        Type = type;
        Length = length;
        ValidityBuffer = validity;
        Validity = validity is null ? null : validityBits;
        _nullCount = validity is null ? 0 : nullCount;
    }

    /// <summary>Gets the type.</summary>
    public DataType Type { get; }

    /// <summary>Gets the number of rows.</summary>
    public int Length { get; }

    /// <summary>Gets the buffer that keeps <see cref="Validity"/> alive, or null when no row is null.</summary>
    public NativeBuffer? ValidityBuffer { get; }

    /// <summary>Gets the validity bits (1 = valid), or null when no row is null.</summary>
    public byte* Validity { get; }

    /// <summary>Gets the child arrays in the order of the type's children; borrowed.</summary>
    public virtual ReadOnlySpan<ArrayData> Children => [];

    /// <summary>Gets the number of nulls; counted at first use.</summary>
    public virtual int NullCount
    {
        get
        {
            if (_nullCount < 0)
            {
                _nullCount = Length - Bitmap.Count(Validity, Length);
            }

            return _nullCount;
        }
    }

    /// <summary>Gets the bytes of all buffers that this array keeps alive, each at full size.</summary>
    public long PinnedBytes => (ValidityBuffer?.Capacity ?? 0) + PinnedValueBytes;

    private protected abstract long PinnedValueBytes { get; }

    /// <summary>Tells whether row <paramref name="index"/> is null.</summary>
    public virtual bool IsNull(int index) => Validity is not null && !Bitmap.Get(Validity, index);

    /// <summary>Adds a reference and returns this array.</summary>
    public ArrayData Retain()
    {
        if (Interlocked.Increment(ref _references) <= 1)
        {
            throw new InvalidOperationException("Array was already released.");
        }

        return this;
    }

    /// <summary>Drops a reference; the last one releases the buffers.</summary>
    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        if (left > 0)
        {
            return;
        }

        if (left < 0)
        {
            throw new InvalidOperationException("Array was already released.");
        }

        ValidityBuffer?.Release();
        ReleaseValues();
    }

    /// <summary>Makes an array of rows [<paramref name="offset"/>, offset + length) that shares the values.</summary>
    /// <param name="offset">First row.</param>
    /// <param name="length">Number of rows.</param>
    /// <param name="allocator">Pays for validity bits where the slice begins inside a byte.</param>
    public ArrayData Slice(int offset, int length, BufferAllocator allocator)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        if (offset == 0 && length == Length)
        {
            return Retain();
        }

        NativeBuffer? validity = null;
        byte* bits = null;
        if (Validity is not null)
        {
            validity = SliceBits(ValidityBuffer!, Validity, offset, length, allocator, out bits);
        }

        try
        {
            return SliceValues(offset, length, validity, bits, allocator);
        }
        catch
        {
            validity?.Release();
            throw;
        }
    }

    /// <summary>Slices all of <paramref name="arrays"/>; gives back what was made when one fails.</summary>
    internal static ArrayData[] SliceAll(ArrayData[] arrays, int offset, int length, BufferAllocator allocator)
    {
        var slices = new ArrayData[arrays.Length];
        int done = 0;
        try
        {
            for (; done < slices.Length; done++)
            {
                slices[done] = arrays[done].Slice(offset, length, allocator);
            }

            return slices;
        }
        catch
        {
            ReleaseAll(slices.AsSpan(0, done));
            throw;
        }
    }

    internal static void ReleaseAll(ReadOnlySpan<ArrayData> arrays)
    {
        foreach (ArrayData array in arrays)
        {
            array.Release();
        }
    }

    private protected abstract ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator);

    private protected abstract void ReleaseValues();

    /// <summary>
    /// Shares or copies bits [offset, offset + length) so that they begin at bit 0 of <paramref name="sliced"/>.
    /// </summary>
    private protected static NativeBuffer SliceBits(
        NativeBuffer owner, byte* bits, int offset, int length, BufferAllocator allocator, out byte* sliced)
    {
        if ((offset & 7) == 0)
        {
            sliced = bits + (offset >> 3);
            return owner.Retain();
        }

        NativeBuffer copy = allocator.Allocate(Bitmap.ByteCount(length));
        Bitmap.Copy(bits, offset, copy.Pointer, length);
        copy.Length = (length + 7) >> 3;
        sliced = copy.Pointer;
        return copy;
    }
}
