using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Collects pairs of state rows with kinds and how often they come, and makes batches of them, a chunk at a time.</summary>
internal sealed unsafe class JoinOutput(
    JoinNode node, JoinRows left, JoinRows right, BufferAllocator allocator, int chunkRows = JoinOutput.ChunkRows) : IDisposable
{
    /// <summary>The most rows of a batch.</summary>
    public const int ChunkRows = 4096;

    private readonly Schema _schema = node.OutputSchema();
    private readonly NativeList<nint> _left = new(allocator);
    private readonly NativeList<nint> _right = new(allocator);
    private readonly NativeList<byte> _kinds = new(allocator);
    private readonly NativeList<long> _times = new(allocator);
    private readonly NativeList<nint> _chunk = new(allocator);
    private bool _hasTimes;
    private int _cursor;
    private long _done;

    /// <summary>Gets the pairs that were not emitted yet.</summary>
    public int Count => _left.Count - _cursor;

    /// <summary>Gets the rows that a batch holds at most, fewer than <see cref="ChunkRows"/> where memory is short.</summary>
    public int MostRows => chunkRows;

    /// <summary>Adds a pair that comes <paramref name="times"/> times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte* leftRow, byte* rightRow, RowKind kind, long times)
    {
        _left.Add((nint)leftRow);
        _right.Add((nint)rightRow);
        _kinds.Add((byte)kind);
        _times.Add(times);
        _hasTimes |= times != 1;
    }

    /// <summary>Adds pairs that come once each.</summary>
    public void Add(nint* leftRows, nint* rightRows, RowKind kind, int count)
    {
        int all = _left.Count + count;
        Unsafe.CopyBlockUnaligned(_left.Reserve(all) + _left.Count, leftRows, (uint)count * (uint)sizeof(nint));
        Unsafe.CopyBlockUnaligned(_right.Reserve(all) + _right.Count, rightRows, (uint)count * (uint)sizeof(nint));
        new Span<byte>(_kinds.Reserve(all) + _kinds.Count, count).Fill((byte)kind);
        new Span<long>(_times.Reserve(all) + _times.Count, count).Fill(1);
        _left.Count = all;
        _right.Count = all;
        _kinds.Count = all;
        _times.Count = all;
    }

    /// <summary>Emits up to a chunk of rows, if there are any.</summary>
    public void Emit(Collector output)
    {
        if (Count == 0)
        {
            return;
        }

        if (!_hasTimes)
        {
            int count = Math.Min(Count, chunkRows);
            Emit(_left.Pointer + _cursor, _right.Pointer + _cursor, _kinds.Pointer + _cursor, count, output);
            _cursor += count;
        }
        else
        {
            EmitRepeated(output);
        }

        if (Count == 0)
        {
            _left.Count = 0;
            _right.Count = 0;
            _kinds.Count = 0;
            _times.Count = 0;
            _cursor = 0;
            _hasTimes = false;
        }
    }

    /// <summary>Makes a batch of input rows with NULLs for the other side; halves of updates become +I and −D.</summary>
    public StreamBatch Lone(int input, StreamBatch batch, int[] rows)
    {
        JoinRows other = input == 0 ? right : left;
        nint* missing = _chunk.Reserve(Math.Max(ChunkRows * 3, rows.Length));
        new Span<nint>(missing, rows.Length).Fill((nint)other.NullRow);
        var columns = new ArrayData[_schema.Fields.Count];
        int width = left.Place.Length;
        for (int i = 0; i < columns.Length; i++)
        {
            int from = From(i);
            int own = input == 0 ? from : from - width;
            int others = input == 0 ? from - width : from;
            StateLayout layout = other.Table.Layout;
            columns[i] = (from < width) == (input == 0)
                ? TakeKernel.Take(batch.Rows.Columns[own], rows, allocator)
                : RowColumns.Key(
                    layout, other.Place[others], layout.Keys[other.Place[others]].Type, (byte**)missing, rows.Length, allocator);
        }

        NativeBuffer? kinds = null;
        if (batch.Kinds is not null)
        {
            kinds = allocator.Allocate(rows.Length);
            for (int i = 0; i < rows.Length; i++)
            {
                bool adds = batch.Kinds[rows[i]] is RowKind.Insert or RowKind.UpdateAfter;
                kinds.Pointer[i] = (byte)(adds ? RowKind.Insert : RowKind.Delete);
            }
        }

        return new StreamBatch(new RecordBatch(_schema, columns, rows.Length), kinds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Dispose();
        _right.Dispose();
        _kinds.Dispose();
        _times.Dispose();
        _chunk.Dispose();
    }

    private int From(int column) => node.Columns.Count == 0 ? column : node.Columns[column];

    private void EmitRepeated(Collector output)
    {
        nint* leftRows = _chunk.Reserve(ChunkRows * 3);
        nint* rightRows = leftRows + ChunkRows;
        byte* kinds = (byte*)(rightRows + ChunkRows);
        int count = 0;
        while (count < chunkRows && _cursor < _left.Count)
        {
            int more = (int)Math.Min(chunkRows - count, _times.Pointer[_cursor] - _done);
            for (int i = 0; i < more; i++)
            {
                leftRows[count] = _left.Pointer[_cursor];
                rightRows[count] = _right.Pointer[_cursor];
                kinds[count++] = _kinds.Pointer[_cursor];
            }

            _done += more;
            if (_done >= _times.Pointer[_cursor])
            {
                _cursor++;
                _done = 0;
            }
        }

        if (count > 0)
        {
            Emit(leftRows, rightRows, kinds, count, output);
        }
    }

    private void Emit(nint* leftRows, nint* rightRows, byte* kinds, int count, Collector output)
    {
        var columns = new ArrayData[_schema.Fields.Count];
        int width = left.Place.Length;
        for (int i = 0; i < columns.Length; i++)
        {
            int from = From(i);
            JoinRows side = from < width ? left : right;
            int column = from < width ? left.Place[from] : right.Place[from - width];
            StateLayout layout = side.Table.Layout;
            columns[i] = RowColumns.Key(
                layout, column, layout.Keys[column].Type, (byte**)(from < width ? leftRows : rightRows), count, allocator);
        }

        NativeBuffer? made = null;
        if (new ReadOnlySpan<byte>(kinds, count).ContainsAnyExcept((byte)RowKind.Insert))
        {
            made = allocator.Allocate(count);
            Unsafe.CopyBlockUnaligned(made.Pointer, kinds, (uint)count);
        }

        output.Emit(new StreamBatch(new RecordBatch(_schema, columns, count), made));
    }
}
