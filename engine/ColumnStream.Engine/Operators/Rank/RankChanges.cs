using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Holds changes that wait to go out, and makes batches of them.</summary>
/// <param name="rows">Reads rows.</param>
/// <param name="schema">What goes out.</param>
/// <param name="hasNumber">Whether the rank stands behind the columns.</param>
/// <param name="allocator">Pays.</param>
internal sealed unsafe class RankChanges(RankRows rows, Schema schema, bool hasNumber, BufferAllocator allocator) : IDisposable
{
    private const int ChunkRows = 4096;
    private readonly NativeList<nint> _rows = new(allocator);
    private readonly NativeList<long> _ranks = new(allocator);
    private readonly NativeList<byte> _kinds = new(allocator);
    private int _next;

    /// <summary>Gets whether some wait.</summary>
    public bool IsPending => _next < _rows.Count;

    /// <summary>Gets the number of changes.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a change.</summary>
    public void Add(byte* row, RowKind kind, long rank)
    {
        _rows.Add((nint)row);
        _ranks.Add(rank);
        _kinds.Add((byte)kind);
    }

    /// <summary>Adds a change so many times; none when that is not above zero.</summary>
    public void Add(byte* row, RowKind kind, long rank, long times)
    {
        for (; times > 0; times--)
        {
            Add(row, kind, rank);
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _rows.Count = 0;
        _ranks.Count = 0;
        _kinds.Count = 0;
        _next = 0;
    }

    /// <summary>Sends the next chunk, if there is one; an update's halves stay together.</summary>
    public void Emit(Collector output, bool hasKinds)
    {
        int count = Math.Min(ChunkRows, _rows.Count - _next);
        if (count == 0)
        {
            return;
        }

        if (_kinds.Pointer[_next + count - 1] == (byte)RowKind.UpdateBefore)
        {
            count--;
        }

        var columns = new ArrayData[schema.Fields.Count];
        rows.Columns.Gather(rows.Layout, (byte**)_rows.Pointer + _next, count, columns, allocator);
        if (hasNumber)
        {
            NativeBuffer ranks = allocator.Allocate(count * sizeof(long));
            Buffer.MemoryCopy(_ranks.Pointer + _next, ranks.Pointer, ranks.Capacity, count * sizeof(long));
            columns[^1] = new FixedWidthArray(DataType.Int64, count, ranks, null);
        }

        NativeBuffer? kinds = null;
        if (hasKinds)
        {
            kinds = allocator.Allocate(count);
            Buffer.MemoryCopy(_kinds.Pointer + _next, kinds.Pointer, kinds.Capacity, count);
        }

        _next += count;
        output.Emit(new StreamBatch(new RecordBatch(schema, columns, count), kinds));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _ranks.Dispose();
        _kinds.Dispose();
    }
}
