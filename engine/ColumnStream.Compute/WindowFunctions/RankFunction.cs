using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Gives each row a 64-bit word that follows from its place among the partition and its equals.</summary>
internal abstract unsafe class RankFunction : WindowFunction
{
    /// <inheritdoc/>
    public override ValueList<string> Signatures => [$"{Name}() OVER (...)"];

    /// <inheritdoc/>
    public override ArrayData Evaluate(
        AggregateCall call, WindowPartitions rows, ReadOnlySpan<ArrayData> arguments, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate(Math.Max(1, rows.Length) * 8L);
        var target = (long*)values.Pointer;
        int group = 0;
        for (int p = 0; p + 1 < rows.Partitions.Length; p++)
        {
            int start = rows.Partitions[p];
            int end = rows.Partitions[p + 1];
            for (int number = 1; group + 1 < rows.Peers.Length && rows.Peers[group] < end; number++, group++)
            {
                int first = rows.Peers[group];
                int behind = rows.Peers[group + 1];
                for (int row = first; row < behind; row++)
                {
                    target[row] = Word(new Place(row - start, first - start, behind - start, number, end - start));
                }
            }
        }

        return new FixedWidthArray(call.Type.ToArrow(), rows.Length, values, null);
    }

    /// <summary>Returns the word of a row.</summary>
    protected abstract long Word(Place place);

    /// <summary>Is the place of a row in its partition, all from 0.</summary>
    /// <param name="Row">The row.</param>
    /// <param name="First">Its first equal.</param>
    /// <param name="Behind">The row behind its last equal.</param>
    /// <param name="Group">Number of its group of equals, from 1.</param>
    /// <param name="Count">Rows of the partition.</param>
    protected readonly record struct Place(int Row, int First, int Behind, int Group, int Count);
}
