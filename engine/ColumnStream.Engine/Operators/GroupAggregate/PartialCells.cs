using System;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Carries the cells of groups across an exchange: a column each, behind the keys and the count of rows.</summary>
internal sealed unsafe class PartialCells(AggregatePlan plan, BufferAllocator account) : IDisposable
{
    private readonly NativeList<byte> _scratch = new(account);

    /// <summary>Makes the columns of cells of group rows.</summary>
    public static void Build(AggregatePlan plan, byte** rows, int count, ArrayData[] columns, BufferAllocator allocator)
    {
        int keys = plan.Layout.Keys.Count;
        for (int i = 0; i < plan.Layout.Cells.Count; i++)
        {
            DataType type = StateLayout.FileType(plan.Layout.Cells[i].Type);
            columns[keys + i] = RowColumns.Values(type, plan.Layout.CellOffsets[i], false, rows, count, null, allocator);
        }
    }

    /// <summary>Returns how many rows the parts [start, end) of a batch are made of; rows taken back count too.</summary>
    public static long CountRows(RecordBatch batch, int column, int start, int end)
    {
        var counts = (long*)((FixedWidthArray)batch.Columns[column]).Pointer;
        long rows = 0;
        for (int i = start; i < end; i++)
        {
            rows += Math.Max(1, Math.Abs(counts[i]));
        }

        return rows;
    }

    /// <summary>Merges rows [at, at + count) of a batch of cells into the rows of their groups.</summary>
    public void Merge(RecordBatch batch, int at, int count, byte** groups, TextHeap heap)
    {
        int stride = plan.Layout.Stride;
        byte* scratch = _scratch.Reserve(Accumulator.BlockRows * stride);
        NativeMemory.Clear(scratch, (nuint)(count * stride));
        byte** sources = stackalloc byte*[Accumulator.BlockRows];
        for (int i = 0; i < count; i++)
        {
            sources[i] = scratch + (i * stride);
        }

        int column = plan.PartialsAt;
        var counts = (long*)((FixedWidthArray)batch.Columns[column++]).Pointer + at;
        int cell = 0;
        if (plan.RowCountOffset >= 0)
        {
            cell = 1;
            for (int i = 0; i < count; i++)
            {
                *(long*)(groups[i] + plan.RowCountOffset) += counts[i];
            }
        }

        foreach (Accumulator accumulator in plan.Accumulators)
        {
            for (int c = 0; c < accumulator.Cells.Count; c++)
            {
                Scatter((FixedWidthArray)batch.Columns[column++], at, count, scratch + plan.Layout.CellOffsets[cell++], stride);
            }

            // A head of values to come back to has no place here: calls that keep values are not split.
            accumulator.Merge(groups, sources, count, heap);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();

    private static void Scatter(FixedWidthArray column, int at, int count, byte* target, int stride)
    {
        if (column.ByteWidth == 16)
        {
            var wide = (Int128*)column.Pointer + at;
            for (int i = 0; i < count; i++, target += stride)
            {
                *(Int128*)target = wide[i];
            }

            return;
        }

        var words = (long*)column.Pointer + at;
        for (int i = 0; i < count; i++, target += stride)
        {
            *(long*)target = words[i];
        }
    }
}
