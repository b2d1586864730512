using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Makes the columns window_start, window_end and window_time.</summary>
internal static unsafe class WindowColumns
{
    /// <summary>Fills the last columns for rows of one window; without window_start where there is no room for it.</summary>
    public static void Fill(
        ArrayData[] columns,
        int first,
        Schema schema,
        long startMs,
        long endMs,
        WindowTime time,
        int count,
        BufferAllocator allocator)
    {
        int next = first;
        if (columns.Length - first == 3)
        {
            columns[next] = Constant(schema.Fields[next].Type, startMs, count, allocator);
            next++;
        }

        columns[next] = Constant(schema.Fields[next].Type, endMs, count, allocator);
        next++;
        DataType type = schema.Fields[next].Type;
        columns[next] = Filled(type, time.Stamp(endMs - 1, type), count, allocator);
    }

    private static FixedWidthArray Constant(DataType type, long timeMs, int count, BufferAllocator allocator) =>
        Filled(type, timeMs * WindowMath.UnitsPerMs(type), count, allocator);

    private static FixedWidthArray Filled(DataType type, long value, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate(count * 8L);
        new Span<long>(values.Pointer, count).Fill(value);
        return new FixedWidthArray(type, count, values, null);
    }
}
