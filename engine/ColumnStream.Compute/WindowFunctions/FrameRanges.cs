using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Holds the rows [start, end) that each row's frame covers.</summary>
internal sealed unsafe class FrameRanges
{
    private const int Block = 512;

    private FrameRanges(int rows)
    {
        Starts = new int[rows];
        Ends = new int[rows];
    }

    /// <summary>Gets the first row of each row's frame.</summary>
    public int[] Starts { get; }

    /// <summary>Gets the row behind each row's frame; not above its start when the frame is empty.</summary>
    public int[] Ends { get; }

    /// <summary>Finds the frames of all rows.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="rows">Partitions and groups of equals.</param>
    /// <param name="order">The order key where a distance in it is asked for, of an integer layout; else null.</param>
    /// <param name="descending">Whether the order key falls.</param>
    public static FrameRanges Compute(FrameSpec frame, WindowPartitions rows, ArrayData? order, bool descending)
    {
        var ranges = new FrameRanges(rows.Length);
        long[]? keys = order is null ? null : Keys(order, descending);
        int group = 0;
        for (int p = 0; p + 1 < rows.Partitions.Length; p++)
        {
            int start = rows.Partitions[p];
            int end = rows.Partitions[p + 1];
            for (; rows.Peers[group] < end; group++)
            {
                for (int row = rows.Peers[group]; row < rows.Peers[group + 1]; row++)
                {
                    (int first, int behind) = frame.IsRows ? (row, row + 1) : (rows.Peers[group], rows.Peers[group + 1]);
                    ranges.Starts[row] = Bound(frame, frame.Start, row, first, start, end, isStart: true);
                    ranges.Ends[row] = Bound(frame, frame.End, row, behind, start, end, isStart: false);
                }
            }

            if (keys is not null)
            {
                ranges.Measure(frame, keys, order!, start, end);
            }
        }

        return ranges;
    }

    /// <summary>Returns an end that does not depend on values; distances in the order key stay at the equals for now.</summary>
    private static int Bound(FrameSpec frame, FrameLimit limit, int row, int current, int start, int end, bool isStart) =>
        limit.Kind switch
        {
            FrameLimitKind.UnboundedPreceding => start,
            FrameLimitKind.UnboundedFollowing => end,
            FrameLimitKind.Preceding when frame.IsRows => (int)Math.Max(start, row - limit.Offset + (isStart ? 0 : 1)),
            FrameLimitKind.Following when frame.IsRows => (int)Math.Min(end, row + limit.Offset + (isStart ? 0 : 1)),
            _ => current,
        };

    private static long[] Keys(ArrayData order, bool descending)
    {
        var keys = new long[order.Length];
        ulong* scratch = stackalloc ulong[Block];
        for (int at = 0; at < keys.Length; at += Block)
        {
            int count = Math.Min(Block, keys.Length - at);
            var words = (long*)CanonicalWords.Read((FixedWidthArray)order, at, count, scratch);
            for (int i = 0; i < count; i++)
            {
                // ~x orders as −x does and cannot overflow; distances stay the same.
                keys[at + i] = descending ? ~words[i] : words[i];
            }
        }

        return keys;
    }

    /// <summary>Moves ends that are a distance in the order key away; rows with a NULL key keep their equals.</summary>
    private void Measure(FrameSpec frame, long[] keys, ArrayData order, int start, int end)
    {
        while (start < end && order.IsNull(start))
        {
            start++;
        }

        while (end > start && order.IsNull(end - 1))
        {
            end--;
        }

        int first = start;
        int behind = start;
        for (int row = start; row < end; row++)
        {
            if (Distance(frame.Start) is { } low)
            {
                for (Int128 least = keys[row] + low; first < end && keys[first] < least; first++)
                {
                }

                Starts[row] = first;
            }

            if (Distance(frame.End) is { } high)
            {
                for (Int128 most = keys[row] + high; behind < end && keys[behind] <= most; behind++)
                {
                }

                Ends[row] = behind;
            }
        }
    }

    private static Int128? Distance(FrameLimit limit) => limit.Kind switch
    {
        FrameLimitKind.Preceding => -(Int128)limit.Offset,
        FrameLimitKind.Following => limit.Offset,
        _ => null,
    };
}
