using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.State;

/// <summary>Turns the key columns of a batch into the words that state rows hold; views get addresses.</summary>
/// <remarks>The words point into the batch's buffers: good until the batch is released or the next one encoded.</remarks>
internal sealed unsafe class KeyEncoder(StateLayout layout, BufferAllocator account) : IDisposable
{
    private const int TileRows = 512;
    private readonly NativeList<ulong> _words = new(account);
    private readonly NativeList<ushort> _nulls = new(account);
    private bool _nullsAreClear = true;

    /// <summary>Gets the encoded words, row by row.</summary>
    public ulong* Words { get; private set; }

    /// <summary>Gets the null bits of each row.</summary>
    public ushort* Nulls { get; private set; }

    /// <summary>Gets whether some key of the batch is NULL.</summary>
    public bool HasNulls => !_nullsAreClear;

    /// <summary>Gets which loop fits.</summary>
    public KeyShape Shape { get; } = ShapeOf(layout);

    /// <summary>Encodes the first <paramref name="length"/> rows of <paramref name="columns"/>.</summary>
    public void Encode(ReadOnlySpan<ArrayData> columns, int length)
    {
        PrepareNulls(columns, length);
        if (Shape == KeyShape.Word && IsCanonical(columns[0]))
        {
            Words = (ulong*)((FixedWidthArray)columns[0]).Pointer;
            return;
        }

        int stride = layout.KeyWords;
        Words = _words.Reserve(Math.Max(1, length * stride));
        for (int i = 0; i < columns.Length; i++)
        {
            ulong* target = Words + ((layout.KeyOffsets[i] - StateLayout.HeaderBytes) / 8);
            bool narrow = columns[i].Type.Id == TypeId.Decimal128 && layout.Keys[i].Type.Id == TypeId.Decimal64;
            EncodeColumn(columns[i], length, target, stride, narrow);
        }

        if (layout.NullWords > 0)
        {
            EncodeNullWords(columns, length, stride);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _words.Dispose();
        _nulls.Dispose();
    }

    private static KeyShape ShapeOf(StateLayout layout) => layout switch
    {
        { NullWords: > 0 } => KeyShape.General,
        { KeyWords: 1 } => KeyShape.Word,
        { KeyWords: 2, HasViewKeys: true } => KeyShape.View,
        { KeyWords: 2 } => KeyShape.TwoWords,
        _ => KeyShape.General,
    };

    private static bool IsCanonical(ArrayData column) =>
        column is FixedWidthArray { ByteWidth: 8, Type.Id: not TypeId.Float64, Validity: null };

    private void PrepareNulls(ReadOnlySpan<ArrayData> columns, int length)
    {
        bool any = false;
        if (layout.NullWords == 0)
        {
            foreach (ArrayData column in columns)
            {
                any |= column.Validity is not null || column is NullArray;
            }
        }

        if (length > _nulls.Capacity)
        {
            _nulls.Reserve(length);
            _nullsAreClear = false;
        }

        Nulls = _nulls.Pointer;
        if (any || !_nullsAreClear)
        {
            new Span<ushort>(Nulls, _nulls.Capacity).Clear();
            _nullsAreClear = !any;
        }

        for (int c = 0; any && c < columns.Length; c++)
        {
            byte* validity = columns[c].Validity;
            for (int i = 0; i < length && (validity is not null || columns[c] is NullArray); i++)
            {
                bool isNull = validity is null || !Bitmap.Get(validity, i);
                Nulls[i] |= (ushort)((isNull ? 1 : 0) << c);
            }
        }
    }

    private void EncodeNullWords(ReadOnlySpan<ArrayData> columns, int length, int stride)
    {
        for (int i = 0; i < length; i++)
        {
            ulong* words = Words + ((long)i * stride);
            for (int w = 0; w < layout.NullWords; w++)
            {
                words[w] = 0;
            }

            for (int c = 0; c < columns.Length; c++)
            {
                words[c >> 6] |= (columns[c].IsNull(i) ? 1UL : 0) << (c & 63);
            }
        }
    }

    private static void EncodeColumn(ArrayData column, int length, ulong* target, int stride, bool narrow)
    {
        switch (column)
        {
            case FixedWidthArray { ByteWidth: 16 } a:
                EncodeWide(a, length, target, stride, narrow);
                break;
            case FixedWidthArray a:
                EncodeWords(a, length, target, stride);
                break;
            case ViewArray a:
                EncodeViews(a, length, target, stride);
                break;
            case BinaryArray a:
                EncodeBinary(a, length, target, stride);
                break;
            case BooleanArray a:
                for (int i = 0; i < length; i++)
                {
                    target[(long)i * stride] = a.GetValue(i) & !a.IsNull(i) ? 1UL : 0;
                }

                break;
            default:
                for (int i = 0; i < length; i++)
                {
                    target[(long)i * stride] = 0;
                }

                break;
        }
    }

    private static void EncodeWords(FixedWidthArray column, int length, ulong* target, int stride)
    {
        ulong* tile = stackalloc ulong[TileRows];
        for (int start = 0; start < length; start += TileRows)
        {
            int count = Math.Min(TileRows, length - start);
            ulong* source = CanonicalWords.Read(column, start, count, tile);
            ulong* row = target + ((long)start * stride);
            byte* validity = column.Validity;
            for (int i = 0; i < count; i++, row += stride)
            {
                *row = validity is null || Bitmap.Get(validity, start + i) ? source[i] : 0;
            }
        }
    }

    private static void EncodeWide(FixedWidthArray column, int length, ulong* target, int stride, bool narrow)
    {
        var source = (ulong*)column.Pointer;
        for (int i = 0; i < length; i++, target += stride)
        {
            bool valid = !column.IsNull(i);
            target[0] = valid ? source[2 * i] : 0;
            if (!narrow)
            {
                target[1] = valid ? source[(2 * i) + 1] : 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeViews(ViewArray column, int length, ulong* target, int stride)
    {
        StringView* source = column.Pointer;
        byte* validity = column.Validity;
        for (int i = 0; i < length; i++, target += stride)
        {
            StringView view = source[i];
            if (validity is not null && !Bitmap.Get(validity, i))
            {
                view = default;
            }
            else if (view.Length > StringView.InlineLength)
            {
                view.High = (ulong)(column.Data[view.BufferIndex].Pointer + view.Offset);
            }

            target[0] = view.Low;
            target[1] = view.High;
        }
    }

    private static void EncodeBinary(BinaryArray column, int length, ulong* target, int stride)
    {
        for (int i = 0; i < length; i++, target += stride)
        {
            StringView view = column.IsNull(i) ? default : ViewOf(column.GetBytes(i));
            target[0] = view.Low;
            target[1] = view.High;
        }
    }

    /// <summary>Makes a view that holds the address of <paramref name="bytes"/> when they are long; they are native.</summary>
    internal static StringView ViewOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= StringView.InlineLength)
        {
            return StringView.Inline(bytes);
        }

        fixed (byte* pointer = bytes)
        {
            StringView view = StringView.Create(pointer, bytes.Length, 0, 0);
            view.High = (ulong)pointer;
            return view;
        }
    }
}
