using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators.WindowAggregate;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Leaves out and counts rows whose rowtime the watermark has passed.</summary>
internal static class LateRows
{
    /// <summary>Returns the batch without them; the batch given must not be used again.</summary>
    /// <param name="batch">Without selection; taken over.</param>
    /// <param name="timeColumn">The rowtime.</param>
    /// <param name="units">What the column counts in a millisecond.</param>
    /// <param name="watermarkMs">The watermark.</param>
    /// <param name="context">Counts them.</param>
    public static StreamBatch Drop(StreamBatch batch, int timeColumn, long units, long watermarkMs, OperatorContext context)
    {
        ArrayData column = batch.Rows.Columns[timeColumn];
        if (column.NullCount > 0)
        {
            string name = batch.Rows.Schema.Fields[timeColumn].Name;
            throw new UserException(4002, $"Rowtime must not be NULL: column {name}.");
        }

        ReadOnlySpan<long> times = ((FixedWidthArray)column).Values<long>();
        int late = 0;
        foreach (long time in times)
        {
            late += WindowMath.FloorDivide(time, units) <= watermarkMs ? 1 : 0;
        }

        if (late == 0)
        {
            return batch;
        }

        context.Count("lateRows", late);
        var kept = new int[times.Length - late];
        int next = 0;
        for (int i = 0; i < times.Length; i++)
        {
            if (WindowMath.FloorDivide(times[i], units) > watermarkMs)
            {
                kept[next++] = i;
            }
        }

        RecordBatch rows = TakeKernel.Take(batch.Rows, kept, context.Allocator);
        batch.Release();
        return new StreamBatch(rows);
    }
}
