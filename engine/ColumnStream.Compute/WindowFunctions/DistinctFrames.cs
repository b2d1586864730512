using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Computes a DISTINCT aggregate over frames whose ends only move on.</summary>
/// <remarks>
/// Where the accumulator can take back exactly, a value is added when it comes into the frame and taken back when its last
/// copy has left. Others are computed of the frame's rows anew where it loses one: O(frame) a row.
/// </remarks>
internal sealed unsafe class DistinctFrames(
    Accumulator accumulator, int width, FrameRanges ranges, ReadOnlySpan<ArrayData> arguments, sbyte[] signs)
{
    private readonly int[] _numbers = DistinctValues.Number(arguments, signs);
    private readonly int[] _counts = new int[signs.Length];

    /// <summary>Computes the rows of one partition.</summary>
    public void Run(
        ReadOnlySpan<ArrayData> columns, int start, int end, byte** results, TextHeap heap, BufferAllocator allocator)
    {
        NativeBuffer running = allocator.AllocateZeroed(width);
        byte* cells = running.Pointer;
        (int low, int high) = (start, start);
        try
        {
            for (int row = start; row < end; row++)
            {
                int first = Math.Max(low, ranges.Starts[row]);
                int behind = Math.Max(first, ranges.Ends[row]);
                if (first > low && !accumulator.CanUnmerge)
                {
                    Forget(low, high);
                    new Span<byte>(cells, width).Clear();
                    (low, high) = (first, first);
                }

                for (; high < behind; high++)
                {
                    Change(columns, high, 1, cells, heap);
                }

                for (; low < first; low++)
                {
                    Change(columns, low, -1, cells, heap);
                }

                Buffer.MemoryCopy(cells, results[row], width, width);
            }

            Forget(low, high);
        }
        finally
        {
            running.Release();
        }
    }

    /// <summary>Counts a row in or out; what is the first of its value, or the last, goes to the accumulator.</summary>
    private void Change(ReadOnlySpan<ArrayData> columns, int row, sbyte sign, byte* cells, TextHeap heap)
    {
        int number = _numbers[row];
        if (number < 0)
        {
            return;
        }

        int before = _counts[number];
        _counts[number] = before + sign;
        if (before == (sign > 0 ? 0 : 1))
        {
            accumulator.Accumulate(columns, row, 1, &cells, &sign, heap);
        }
    }

    private void Forget(int start, int end)
    {
        for (int row = start; row < end; row++)
        {
            if (_numbers[row] >= 0)
            {
                _counts[_numbers[row]] = 0;
            }
        }
    }
}
