using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Nested;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Reads and writes the results that a group gave last, in its row: one bit for given, one a result that is NULL.</summary>
/// <remarks>The bits stand in as many words as they need; collections and rows are kept as their canonical bytes.</remarks>
internal sealed unsafe class GivenResults
{
    private readonly int[] _words;
    private readonly int[] _offsets;
    private readonly NestedCodec?[] _codecs;

    /// <summary>Reads rows of a plan that keeps what was given.</summary>
    public GivenResults(AggregatePlan plan)
    {
        int words = WordsOf(plan.Calls.Count);
        _words = plan.GivenOffsets[..words];
        _offsets = plan.GivenOffsets[words..];
        _codecs = new NestedCodec?[plan.Calls.Count];
        for (int i = 0; i < _codecs.Length; i++)
        {
            DataType type = plan.Calls[i].Type.ToArrow();
            _codecs[i] = NestedCodec.IsNested(type) ? new NestedCodec(type) : null;
        }
    }

    /// <summary>Returns how many words of bits a number of results needs.</summary>
    public static int WordsOf(int results) => (results >> 6) + 1;

    /// <summary>Tells whether a group has given results that stand.</summary>
    public bool IsGiven(byte* row) => (*(long*)(row + _words[0]) & 1) != 0;

    /// <summary>Notes that a group's results were taken back.</summary>
    public void Forget(byte* row) => *(long*)(row + _words[0]) = 0;

    /// <summary>Tells whether results are those that a group gave last.</summary>
    public bool AreSame(byte* row, ReadOnlySpan<ArrayData> results, int index)
    {
        for (int i = 0; i < results.Length; i++)
        {
            bool isNull = results[i].IsNull(index);
            if (isNull != IsNull(row, i) || (!isNull && !IsSame(row + _offsets[i], results[i], index, _codecs[i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Remembers results as given.</summary>
    public void Save(byte* row, ReadOnlySpan<ArrayData> results, int index, StringHeap heap)
    {
        foreach (int word in _words)
        {
            *(long*)(row + word) = 0;
        }

        *(long*)(row + _words[0]) = 1;
        for (int i = 0; i < results.Length; i++)
        {
            bool isNull = results[i].IsNull(index);
            *(long*)(row + _words[(i + 1) >> 6]) |= isNull ? 1L << ((i + 1) & 63) : 0;
            Save(row + _offsets[i], results[i], isNull ? -1 : index, _codecs[i], heap);
        }
    }

    /// <summary>Makes a column of one result of groups, or of images of them.</summary>
    public ArrayData Column(int result, DataType type, byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer? validity = null;
        for (int i = 0; i < count; i++)
        {
            if (IsNull(rows[i], result))
            {
                validity ??= Full(count, allocator);
                validity.Pointer[i >> 3] &= (byte)~(1 << (i & 7));
            }
        }

        if (_codecs[result] is not NestedCodec codec)
        {
            return RowColumns.Values(type, _offsets[result], false, rows, count, validity, allocator);
        }

        ArrayData bytes = RowColumns.Values(DataType.BinaryView, _offsets[result], false, rows, count, validity, allocator);
        try
        {
            return codec.Decode(bytes, allocator);
        }
        finally
        {
            bytes.Release();
        }
    }

    private static NativeBuffer Full(int count, BufferAllocator allocator)
    {
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            bits.Pointer[i >> 3] |= (byte)(1 << (i & 7));
        }

        return bits;
    }

    private bool IsNull(byte* row, int result) =>
        (*(long*)(row + _words[(result + 1) >> 6]) & (1L << ((result + 1) & 63))) != 0;

    private static bool IsSame(byte* cell, ArrayData column, int index, NestedCodec? codec) => column switch
    {
        _ when codec is not null => RowColumns.BytesOf((StringView*)cell).SequenceEqual(codec.Encode(column, index)),
        ViewArray views => RowColumns.BytesOf((StringView*)cell).SequenceEqual(views.GetBytes(index)),
        FixedWidthArray { ByteWidth: 16 } wide => *(Int128*)cell == ((Int128*)wide.Pointer)[index],
        _ => *(long*)cell == Word(column, index),
    };

    private static void Save(byte* cell, ArrayData column, int index, NestedCodec? codec, StringHeap heap)
    {
        if (codec is not null || column is ViewArray)
        {
            ReadOnlySpan<byte> bytes = index < 0 ? default
                : codec is not null ? codec.Encode(column, index) : ((ViewArray)column).GetBytes(index);
            heap.Free((StringView*)cell);
            fixed (byte* pointer = bytes)
            {
                // Store copies what the view points at.
                *(StringView*)cell = bytes.Length == 0 ? default : KeyEncoder.ViewOf(new ReadOnlySpan<byte>(pointer, bytes.Length));
                heap.Store((StringView*)cell);
            }

            return;
        }

        switch (column)
        {
            case FixedWidthArray { ByteWidth: 16 } wide:
                *(Int128*)cell = index < 0 ? 0 : ((Int128*)wide.Pointer)[index];
                break;
            default:
                *(long*)cell = index < 0 ? 0 : Word(column, index);
                break;
        }
    }

    private static long Word(ArrayData column, int index) => column switch
    {
        BooleanArray bits => bits.GetValue(index) ? 1 : 0,
        FixedWidthArray { Type.Id: TypeId.Float32 } single => BitConverter.DoubleToInt64Bits(((float*)single.Pointer)[index]),
        FixedWidthArray { ByteWidth: 1 } a => a.Pointer[index],
        FixedWidthArray { ByteWidth: 2 } a => ((ushort*)a.Pointer)[index],
        FixedWidthArray { ByteWidth: 4 } a => ((uint*)a.Pointer)[index],
        FixedWidthArray a => ((long*)a.Pointer)[index],
        _ => 0,
    };
}
