using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Reads and writes the results that a group gave last, in its row: one bit for given, one a result that is NULL.</summary>
internal sealed unsafe class GivenResults(AggregatePlan plan)
{
    private const int MostResults = 62;
    private readonly int[] _offsets = plan.GivenOffsets;

    /// <summary>Gets the most aggregates whose results can be remembered.</summary>
    public static int Most => MostResults;

    /// <summary>Tells whether a group has given results that stand.</summary>
    public bool IsGiven(byte* row) => (*(long*)(row + _offsets[0]) & 1) != 0;

    /// <summary>Notes that a group's results were taken back.</summary>
    public void Forget(byte* row) => *(long*)(row + _offsets[0]) = 0;

    /// <summary>Tells whether results are those that a group gave last.</summary>
    public bool AreSame(byte* row, ReadOnlySpan<ArrayData> results, int index)
    {
        for (int i = 0; i < results.Length; i++)
        {
            bool isNull = results[i].IsNull(index);
            if (isNull != IsNull(row, i) || (!isNull && !IsSame(row + _offsets[i + 1], results[i], index)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Remembers results as given.</summary>
    public void Save(byte* row, ReadOnlySpan<ArrayData> results, int index, StringHeap heap)
    {
        long bits = 1;
        for (int i = 0; i < results.Length; i++)
        {
            bool isNull = results[i].IsNull(index);
            bits |= isNull ? 2L << i : 0;
            Save(row + _offsets[i + 1], results[i], isNull ? -1 : index, heap);
        }

        *(long*)(row + _offsets[0]) = bits;
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

        return RowColumns.Values(type, _offsets[result + 1], false, rows, count, validity, allocator);
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

    private bool IsNull(byte* row, int result) => (*(long*)(row + _offsets[0]) & (2L << result)) != 0;

    private static bool IsSame(byte* cell, ArrayData column, int index) => column switch
    {
        ViewArray views => RowColumns.BytesOf((StringView*)cell).SequenceEqual(views.GetBytes(index)),
        FixedWidthArray { ByteWidth: 16 } wide => *(Int128*)cell == ((Int128*)wide.Pointer)[index],
        _ => *(long*)cell == Word(column, index),
    };

    private static void Save(byte* cell, ArrayData column, int index, StringHeap heap)
    {
        switch (column)
        {
            case ViewArray views:
                heap.Free((StringView*)cell);
                *(StringView*)cell = index < 0 ? default : KeyEncoder.ViewOf(views.GetBytes(index));
                heap.Store((StringView*)cell);
                break;
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
