using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Computes an aggregate over the frame of each row, by its accumulator.</summary>
/// <remarks>
/// Frames that begin with the partition add row by row to one set of cells, which is copied for each row. All others merge
/// O(log n) nodes of a tree over the partition's rows, in their order; so no aggregate has to take rows back. DISTINCT counts
/// how often each value is in the frame, and adds and takes back its first and last: <see cref="DistinctFrames"/>.
/// </remarks>
public static unsafe class FrameAggregate
{
    /// <summary>Computes the aggregate of all rows.</summary>
    /// <param name="call">The call; argument indices mean nothing here.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="rows">Partitions and groups of equals.</param>
    /// <param name="arguments">The argument columns in the order of the rows.</param>
    /// <param name="filter">The condition of FILTER in the order of the rows, or null.</param>
    /// <param name="order">The order key of a RANGE frame with a distance, or null.</param>
    /// <param name="descending">Whether the order key falls.</param>
    /// <param name="heap">Holds bytes until the result is made.</param>
    /// <param name="allocator">Pays.</param>
    public static ArrayData Evaluate(
        AggregateCall call,
        FrameSpec frame,
        WindowPartitions rows,
        ReadOnlySpan<ArrayData> arguments,
        BooleanArray? filter,
        ArrayData? order,
        bool descending,
        TextHeap heap,
        BufferAllocator allocator)
    {
        AggregateFunction function = AggregateTable.Find(call.Function)!;
        Accumulator accumulator = function.CreateInsertOnly(call);
        accumulator.Offset = 0;
        int width = CellBytes(accumulator);
        FrameRanges ranges = FrameRanges.Compute(frame, rows, order, descending);
        sbyte[] signs = Signs(accumulator, arguments, filter, rows.Length);
        DistinctFrames? distinct = call.Distinct ? new DistinctFrames(accumulator, width, ranges, arguments, signs) : null;
        NativeBuffer cells = allocator.AllocateZeroed(Math.Max(1, (long)rows.Length * width));
        NativeBuffer pointers = allocator.Allocate(Math.Max(1, (long)rows.Length * sizeof(nint)));
        try
        {
            var results = (byte**)pointers.Pointer;
            for (int i = 0; i < rows.Length; i++)
            {
                results[i] = cells.Pointer + ((long)i * width);
            }

            for (int p = 0; p + 1 < rows.Partitions.Length; p++)
            {
                int start = rows.Partitions[p];
                int end = rows.Partitions[p + 1];
                if (distinct is not null)
                {
                    distinct.Run(arguments, start, end, results, heap, allocator);
                }
                else if (frame.Start.Kind == FrameLimitKind.UnboundedPreceding)
                {
                    Run(accumulator, width, ranges, arguments, signs, start, end, results, heap, allocator);
                }
                else
                {
                    Merge(accumulator, width, ranges, arguments, signs, start, end, results, heap, allocator);
                }
            }

            return accumulator.Emit(results, rows.Length, allocator);
        }
        finally
        {
            cells.Release();
            pointers.Release();
        }
    }

    private static int CellBytes(Accumulator accumulator)
    {
        int bytes = 0;
        foreach (CellType cell in accumulator.Cells)
        {
            bytes += cell is CellType.Int128 or CellType.View or CellType.Bytes ? 16 : 8;
        }

        return (bytes + 15) & ~15;
    }

    private static sbyte[] Signs(Accumulator accumulator, ReadOnlySpan<ArrayData> arguments, BooleanArray? filter, int length)
    {
        var signs = new sbyte[length];
        signs.AsSpan().Fill(1);
        for (int i = 0; i < length; i++)
        {
            bool counts = filter is null || (!filter.IsNull(i) && filter.GetValue(i));
            for (int k = 0; counts && !accumulator.TakesNulls && k < arguments.Length; k++)
            {
                counts = !arguments[k].IsNull(i);
            }

            signs[i] = counts ? (sbyte)1 : (sbyte)0;
        }

        return signs;
    }

    private static void Run(
        Accumulator accumulator,
        int width,
        FrameRanges ranges,
        ReadOnlySpan<ArrayData> arguments,
        sbyte[] signs,
        int start,
        int end,
        byte** results,
        TextHeap heap,
        BufferAllocator allocator)
    {
        NativeBuffer running = allocator.AllocateZeroed(width);
        byte** targets = stackalloc byte*[Accumulator.BlockRows];
        for (int i = 0; i < Accumulator.BlockRows; i++)
        {
            targets[i] = running.Pointer;
        }

        try
        {
            int next = start;
            for (int row = start; row < end; row++)
            {
                while (next < ranges.Ends[row])
                {
                    int count = Math.Min(Accumulator.BlockRows, ranges.Ends[row] - next);
                    fixed (sbyte* sign = &signs[next])
                    {
                        accumulator.Accumulate(arguments, next, count, targets, sign, heap);
                    }

                    next += count;
                }

                Buffer.MemoryCopy(running.Pointer, results[row], width, width);
            }
        }
        finally
        {
            running.Release();
        }
    }

    /// <summary>Merges each frame out of a tree whose leaves are the rows: node i covers nodes 2i and 2i + 1.</summary>
    private static void Merge(
        Accumulator accumulator,
        int width,
        FrameRanges ranges,
        ReadOnlySpan<ArrayData> arguments,
        sbyte[] signs,
        int start,
        int end,
        byte** results,
        TextHeap heap,
        BufferAllocator allocator)
    {
        int count = end - start;
        NativeBuffer nodes = allocator.AllocateZeroed(2L * count * width);
        byte** leaves = stackalloc byte*[Accumulator.BlockRows];
        try
        {
            for (int at = 0; at < count; at += Accumulator.BlockRows)
            {
                int block = Math.Min(Accumulator.BlockRows, count - at);
                for (int i = 0; i < block; i++)
                {
                    leaves[i] = nodes.Pointer + ((long)(count + at + i) * width);
                }

                fixed (sbyte* sign = &signs[start + at])
                {
                    accumulator.Accumulate(arguments, start + at, block, leaves, sign, heap);
                }
            }

            for (int i = count - 1; i > 0; i--)
            {
                byte* node = nodes.Pointer + ((long)i * width);
                Add(accumulator, node, nodes.Pointer + (2L * i * width), heap);
                Add(accumulator, node, nodes.Pointer + (((2L * i) + 1) * width), heap);
            }

            var behind = new Stack<int>();
            for (int row = start; row < end; row++)
            {
                int low = ranges.Starts[row] - start + count;
                int high = ranges.Ends[row] - start + count;
                for (; low < high; low >>= 1, high >>= 1)
                {
                    if ((low & 1) != 0)
                    {
                        Add(accumulator, results[row], nodes.Pointer + ((long)low++ * width), heap);
                    }

                    if ((high & 1) != 0)
                    {
                        behind.Push(--high);
                    }
                }

                while (behind.TryPop(out int node))
                {
                    Add(accumulator, results[row], nodes.Pointer + ((long)node * width), heap);
                }
            }
        }
        finally
        {
            nodes.Release();
        }
    }

    private static void Add(Accumulator accumulator, byte* target, byte* source, TextHeap heap) =>
        accumulator.Merge(&target, &source, 1, heap);
}
