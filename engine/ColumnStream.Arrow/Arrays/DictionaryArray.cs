using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds integers that name rows of a dictionary; a row is null by its own bit, or by the value that it names.</summary>
/// <remarks>Indexes of valid rows are inside the dictionary; those of null rows mean nothing and are not followed.</remarks>
public sealed unsafe class DictionaryArray : ArrayData
{
    private readonly NativeBuffer _indexes;
    private readonly ArrayData _dictionary;
    private readonly TypeId _indexType;

    /// <summary>Takes over buffers and dictionary; indexes and bits begin at the buffers' first bytes.</summary>
    public DictionaryArray(
        DataType type, int length, NativeBuffer indexes, ArrayData dictionary, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            indexes,
            indexes.Pointer,
            dictionary,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>Takes over buffers and dictionary; indexes and bits begin at the given addresses.</summary>
    public DictionaryArray(
        DataType type,
        int length,
        NativeBuffer indexes,
        byte* pointer,
        ArrayData dictionary,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _indexes = indexes;
        _dictionary = dictionary;
        _indexType = type.IndexType!.Id;
        Pointer = pointer;
    }

    /// <summary>Gets the address of row 0's index.</summary>
    public byte* Pointer { get; }

    /// <summary>Gets the bytes of an index.</summary>
    public int IndexWidth => Type.IndexType!.ByteWidth;

    /// <summary>Gets the buffer that keeps <see cref="Pointer"/> alive.</summary>
    public NativeBuffer IndexesBuffer => _indexes;

    /// <summary>Gets the values that indexes name; shared with other arrays.</summary>
    public ArrayData Dictionary => _dictionary;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => new(in _dictionary);

    private protected override long PinnedValueBytes => _indexes.Capacity + _dictionary.PinnedBytes;

    /// <summary>Gets the dictionary's row that a valid row names.</summary>
    public int GetIndex(int index) => _indexType switch
    {
        TypeId.Int8 => ((sbyte*)Pointer)[index],
        TypeId.UInt8 => Pointer[index],
        TypeId.Int16 => ((short*)Pointer)[index],
        TypeId.UInt16 => ((ushort*)Pointer)[index],
        TypeId.Int32 or TypeId.UInt32 => ((int*)Pointer)[index],
        _ => (int)((long*)Pointer)[index],
    };

    /// <summary>Copies the values that the rows name into an array of the dictionary's type.</summary>
    public ArrayData Decode(BufferAllocator allocator)
    {
        NativeBuffer rows = allocator.Allocate(Length * 4L);
        try
        {
            var span = new Span<int>(rows.Pointer, Length);
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = IsNull(i) ? -1 : GetIndex(i);
            }

            return TakeKernel.Take(_dictionary, span, allocator);
        }
        finally
        {
            rows.Release();
        }
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        byte* pointer = Pointer + ((long)offset * IndexWidth);
        return new DictionaryArray(
            Type, length, _indexes.Retain(), pointer, _dictionary.Retain(), validity, validityBits);
    }

    private protected override void ReleaseValues()
    {
        _indexes.Release();
        _dictionary.Release();
    }
}
