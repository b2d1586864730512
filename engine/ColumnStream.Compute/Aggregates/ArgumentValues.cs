using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Reads a block of an argument column as bytes, the same bytes that keys of keyed state hold.</summary>
/// <remarks>Numbers, dates and booleans are one 64-bit word (floats as binary64), wide decimals two, text is itself.</remarks>
internal readonly unsafe ref struct ArgumentValues
{
    /// <summary>Words of scratch that a block needs.</summary>
    public const int ScratchWords = 2 * Accumulator.BlockRows;

    private readonly ArrayData _column;
    private readonly byte* _words;
    private readonly int _start;
    private readonly int _width;

    /// <summary>Reads rows [start, start + count); the scratch is used as long as the values are.</summary>
    public ArgumentValues(ArrayData column, int start, int count, ulong* scratch)
    {
        _column = column;
        _start = start;
        _width = Width(column.Type);
        _words = _width switch
        {
            0 => null,
            16 => (byte*)ArgumentWords.ReadWide(column, start, count, (Int128*)scratch),
            _ => (byte*)ArgumentWords.Read(column, start, count, scratch),
        };
    }

    /// <summary>Returns the bytes of row <paramref name="index"/> of the block.</summary>
    public byte* Get(int index, out int length)
    {
        if (_width > 0)
        {
            length = _width;
            return _words + ((long)index * _width);
        }

        var column = (ViewArray)_column;
        StringView* view = column.Pointer + _start + index;
        length = view->Length;
        return length <= StringView.InlineLength ? (byte*)view + 4 : column.Data[view->BufferIndex].Pointer + view->Offset;
    }

    /// <summary>Tells whether row <paramref name="index"/> of the block is NULL.</summary>
    public bool IsNull(int index) => _column.IsNull(_start + index);

    /// <summary>Returns the bytes of a value as keys of keyed state hold it.</summary>
    public static byte* FromKey(DataType type, byte* value, out int length)
    {
        length = Width(type);
        if (length > 0)
        {
            return value;
        }

        var view = (StringView*)value;
        length = view->Length;
        return length <= StringView.InlineLength ? value + 4 : (byte*)view->High;
    }

    /// <summary>Appends a value to a column.</summary>
    public static void Append(ColumnBuilder builder, LogEntry value)
    {
        if (value.IsNull)
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case BooleanBuilder booleans:
                booleans.Append(*(ulong*)value.Pointer != 0);
                break;
            case ViewBuilder texts:
                texts.Append(value.Bytes);
                break;
            case FixedWidthBuilder { Type.Id: TypeId.Float32 } floats:
                floats.Append((float)*(double*)value.Pointer);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 16 } wide:
                wide.Append(*(Int128*)value.Pointer);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 8 } words:
                words.Append(*(long*)value.Pointer);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 4 } words:
                words.Append(*(int*)value.Pointer);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 2 } words:
                words.Append(*(short*)value.Pointer);
                break;
            case FixedWidthBuilder { Type.ByteWidth: 1 } words:
                words.Append(*value.Pointer);
                break;
            default:
                throw new NotSupportedException($"Type cannot be aggregated: {builder.Type}.");
        }
    }

    /// <summary>Returns the bytes of a value of fixed width, or 0.</summary>
    private static int Width(DataType type) => type.Id switch
    {
        TypeId.Utf8View or TypeId.BinaryView => 0,
        TypeId.Decimal128 => 16,
        _ => 8,
    };
}
