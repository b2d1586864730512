using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.WindowAggregate;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Makes window_start, window_end and window_time of sessions.</summary>
internal static unsafe class SessionColumns
{
    /// <summary>Fills three columns from <paramref name="first"/> on, a row a session.</summary>
    public static void Fill(
        ArrayData[] columns,
        int first,
        Schema schema,
        SessionTables tables,
        byte** sessions,
        int count,
        WindowTime time,
        BufferAllocator allocator)
    {
        for (int c = 0; c < 3; c++)
        {
            DataType type = schema.Fields[first + c].Type;
            long units = WindowMath.UnitsPerMs(type);
            NativeBuffer values = allocator.Allocate(count * 8L);
            for (int i = 0; i < count; i++)
            {
                ((long*)values.Pointer)[i] = c switch
                {
                    0 => tables.StartOf(sessions[i]) * units,
                    1 => tables.EndOf(sessions[i]) * units,
                    _ => time.Stamp(tables.EndOf(sessions[i]) - 1, type),
                };
            }

            columns[first + c] = new FixedWidthArray(type, count, values, null);
        }
    }
}
