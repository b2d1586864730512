using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds a value of one of several children a row; the row itself is never null, but its value may be.</summary>
/// <remarks>Sparse: the value stands in the child's same row. Dense: offsets, ascending for each child, say where.</remarks>
public sealed unsafe class UnionArray : ArrayData
{
    private readonly NativeBuffer _codes;
    private readonly NativeBuffer? _offsets;
    private readonly sbyte[]? _childOfCode;

    /// <summary>Takes over buffers and children; a sparse union has no offsets.</summary>
    public UnionArray(DataType type, int length, NativeBuffer codes, NativeBuffer? offsets, ArrayData[] fields)
        : this(
            type,
            length,
            codes,
            (sbyte*)codes.Pointer,
            offsets,
            offsets is null ? null : (int*)offsets.Pointer,
            fields)
    {
    }

    /// <summary>Takes over buffers and children; codes and offsets begin at the given addresses.</summary>
    public UnionArray(
        DataType type,
        int length,
        NativeBuffer codes,
        sbyte* codesPointer,
        NativeBuffer? offsets,
        int* offsetsPointer,
        ArrayData[] fields)
        : base(type, length, null, null, 0)
    {
        _codes = codes;
        _offsets = offsets;
        Codes = codesPointer;
        Offsets = offsetsPointer;
        Fields = fields;
        _childOfCode = ChildOfCode(type);
    }

    /// <summary>Gets the type code of each row.</summary>
    public sbyte* Codes { get; }

    /// <summary>Gets the row of each value in its child, or null for a sparse union.</summary>
    public int* Offsets { get; }

    /// <summary>Gets the children; read-only.</summary>
    public ArrayData[] Fields { get; }

    /// <summary>Gets the buffer that keeps <see cref="Codes"/> alive.</summary>
    public NativeBuffer CodesBuffer => _codes;

    /// <summary>Gets the buffer that keeps <see cref="Offsets"/> alive.</summary>
    public NativeBuffer? OffsetsBuffer => _offsets;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => Fields;

    private protected override long PinnedValueBytes
    {
        get
        {
            long bytes = _codes.Capacity + (_offsets is null ? 0 : _offsets.Capacity);
            foreach (ArrayData child in Fields)
            {
                bytes += child.PinnedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Gets which child holds row <paramref name="index"/>.</summary>
    public int GetChild(int index) => _childOfCode is null ? Codes[index] : _childOfCode[Codes[index]];

    /// <summary>Gets the row in its child of row <paramref name="index"/>.</summary>
    public int GetChildRow(int index) => Offsets is null ? index : Offsets[index];

    /// <summary>Makes the table of children by code, -1 where there is none; null where codes are the children's numbers.</summary>
    internal static sbyte[]? ChildOfCode(DataType type)
    {
        bool plain = true;
        for (int i = 0; i < type.TypeCodes.Count; i++)
        {
            plain &= type.TypeCodes[i] == i;
        }

        if (plain)
        {
            return null;
        }

        var table = new sbyte[128];
        table.AsSpan().Fill(-1);
        for (int i = 0; i < type.TypeCodes.Count; i++)
        {
            table[type.TypeCodes[i]] = (sbyte)i;
        }

        return table;
    }

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        ArrayData[] fields;
        if (Offsets is null)
        {
            fields = SliceAll(Fields, offset, length, allocator);
        }
        else
        {
            fields = Fields;
            foreach (ArrayData field in fields)
            {
                field.Retain();
            }
        }

        int* offsets = Offsets is null ? null : Offsets + offset;
        return new UnionArray(Type, length, _codes.Retain(), Codes + offset, _offsets?.Retain(), offsets, fields);
    }

    private protected override void ReleaseValues()
    {
        _codes.Release();
        _offsets?.Release();
        foreach (ArrayData field in Fields)
        {
            field.Release();
        }
    }
}
