using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Makes the columns window_start, window_end and window_time.</summary>
internal static unsafe class WindowColumns
{
    /// <summary>Fills three columns from <paramref name="first"/> on for rows of one window.</summary>
    public static void Fill(
        ArrayData[] columns, int first, Schema schema, long startMs, long endMs, int count, BufferAllocator allocator)
    {
        columns[first] = Constant(schema.Fields[first].Type, startMs, count, allocator);
        columns[first + 1] = Constant(schema.Fields[first + 1].Type, endMs, count, allocator);
        columns[first + 2] = Constant(schema.Fields[first + 2].Type, endMs - 1, count, allocator);
    }

    private static FixedWidthArray Constant(DataType type, long timeMs, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate(count * 8L);
        new Span<long>(values.Pointer, count).Fill(timeMs * WindowMath.UnitsPerMs(type));
        return new FixedWidthArray(type, count, values, null);
    }
}
