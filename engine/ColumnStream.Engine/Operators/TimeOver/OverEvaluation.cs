using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Computes the calls for rows that are due, round by round, so that a block of rows has a partition each.</summary>
/// <remarks>
/// Each row gets an image of its partition's cells: a copy of the image before it, the row added, and what the row drives out
/// of a frame taken back. The last image goes back into the partition. RANGE reads the image of the last row of a time.
/// </remarks>
internal sealed unsafe class OverEvaluation : IDisposable
{
    private readonly TimeOverNode _node;
    private readonly OverCall[] _calls;
    private readonly OverRows _rows;
    private readonly Schema _schema;
    private readonly OperatorContext _context;
    private readonly OverReader _reader;
    private readonly OverDistinct?[] _distinct;
    private readonly NativeList<sbyte> _signs;
    private readonly NativeList<nint> _copies;
    private readonly NativeList<long> _ranks;
    private readonly NativeList<byte> _images;
    private readonly ArrayData[][] _arguments;
    private readonly ArrayData[][] _left;
    private readonly BooleanArray?[] _filters;
    private readonly BooleanArray?[] _leftFilters;
    private readonly bool _hasRanks;
    private readonly bool _hasCells;

    public OverEvaluation(
        TimeOverNode node, OverCall[] calls, OverRows rows, OverDistinct?[] distinct, Schema schema, OperatorContext context)
    {
        _node = node;
        _calls = calls;
        _rows = rows;
        _schema = schema;
        _context = context;
        _distinct = distinct;
        _reader = new OverReader(node, calls, rows, context);
        _signs = new NativeList<sbyte>(context.Allocator);
        _signs.Reserve(Accumulator.BlockRows);
        _copies = new NativeList<nint>(context.Allocator);
        _ranks = new NativeList<long>(context.Allocator);
        _images = new NativeList<byte>(context.Allocator);
        _arguments = new ArrayData[calls.Length][];
        _left = new ArrayData[calls.Length][];
        _filters = new BooleanArray?[calls.Length];
        _leftFilters = new BooleanArray?[calls.Length];
        foreach (OverCall call in calls)
        {
            _hasRanks |= call.Ranking != Ranking.None;
            _hasCells |= call.Accumulator is not null;
            Continues |= call.Ranking != Ranking.None || (call.Accumulator is not null && call.Distance < 0);
        }
    }

    /// <summary>Gets whether partitions know more than the rows of bounded frames.</summary>
    public bool Continues { get; }

    /// <summary>Answers the rows that are due; their partitions are touched and chained.</summary>
    public RecordBatch Run(OverDue due)
    {
        int width = _context.Inputs[0].Fields.Count;
        var columns = new ArrayData[_schema.Fields.Count];
        _rows.Columns.Gather(_rows.Rows.Table.Layout, due.Rows, due.Count, columns, _context.Allocator);
        try
        {
            Walk(due);
            _reader.Evaluate(due, columns);
            if (_hasCells)
            {
                GoOn(due, columns);
            }

            for (int i = 0; i < _calls.Length; i++)
            {
                if (_calls[i].Ranking != Ranking.None)
                {
                    columns[width + i] = Ranks(_calls[i].Ranking, due.Count);
                }
            }

            return new RecordBatch(_schema, columns, due.Count);
        }
        catch
        {
            foreach (ArrayData? column in columns)
            {
                column?.Release();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _signs.Dispose();
        _copies.Dispose();
        _ranks.Dispose();
        _images.Dispose();
    }

    /// <summary>Counts rows and times, moves frames on, and finds the row before and the last peer of each.</summary>
    private void Walk(OverDue due)
    {
        OverDue.Entry* entries = due.Entries;
        ReadOnlySpan<OverFrame> frames = _rows.Frames;
        foreach (OverFrame frame in frames)
        {
            frame.Clear();
        }

        long* ranks = _hasRanks ? _ranks.Reserve(3 * Math.Max(1, due.Count)) : null;
        for (int i = 0; i < due.Count; i++)
        {
            ref OverDue.Entry entry = ref entries[i];
            var row = (byte*)entry.Row;
            var partition = (byte*)entry.Partition;
            long time = _rows.TimeOf(row);
            ref long mark = ref OverRows.Cell(partition, _rows.Mark);
            ref long last = ref OverRows.Cell(partition, _rows.LastTime);
            long number = ++OverRows.Cell(partition, _rows.RowsSoFar);
            entry.Before = (int)mark - 1;
            entry.LastPeer = i;
            mark = i + 1;
            if (!_node.IsRowtime || number == 1 || time != last)
            {
                OverRows.Cell(partition, _rows.TimesSoFar)++;
                OverRows.Cell(partition, _rows.Peer) = number;
                last = time;
            }

            if (ranks is not null)
            {
                ranks[0] = number;
                ranks[1] = OverRows.Cell(partition, _rows.Peer);
                ranks[2] = OverRows.Cell(partition, _rows.TimesSoFar);
                ranks += 3;
            }

            foreach (OverFrame frame in frames)
            {
                frame.Enter(partition, row, entry.Slot, i);
            }
        }

        for (int i = due.Count - 1; i >= 0; i--)
        {
            int before = entries[i].Before;
            if (before >= 0 && _rows.TimeOf((byte*)entries[before].Row) == _rows.TimeOf((byte*)entries[i].Row))
            {
                entries[before].LastPeer = entries[i].LastPeer;
            }
        }
    }

    /// <summary>Goes on with what partitions hold and makes the columns of it.</summary>
    private void GoOn(OverDue due, ArrayData[] columns)
    {
        int width = _context.Inputs[0].Fields.Count;
        Prepare(due, columns);
        int bytes = _rows.CellsBytes;
        byte* images = _images.Reserve(Math.Max(1, checked(due.Count * bytes))) - _rows.CellsStart;
        int* next = stackalloc int[_rows.Frames.Length];
        new Span<int>(next, _rows.Frames.Length).Clear();
        try
        {
            for (int round = 0; round < due.Rounds; round++)
            {
                for (int at = due.Starts[round]; at < due.Starts[round + 1]; at += Accumulator.BlockRows)
                {
                    Add(due, at, Math.Min(Accumulator.BlockRows, due.Starts[round + 1] - at), images);
                }

                for (int f = 0; f < _rows.Frames.Length; f++)
                {
                    TakeBack(_rows.Frames[f], due.Starts[round + 1], images, ref next[f]);
                }
            }
        }
        finally
        {
            Release(_left);
        }

        var copies = (byte**)_copies.Reserve(Math.Max(1, due.Count));
        for (int c = 0; c < _calls.Length; c++)
        {
            if (_calls[c].Accumulator is { } accumulator)
            {
                bool isRange = !_calls[c].IsRows && (_node.IsRowtime || _calls[c].Distance >= 0);
                for (int i = 0; i < due.Count; i++)
                {
                    copies[i] = images + ((long)(isRange ? due.Entries[i].LastPeer : i) * bytes);
                }

                columns[width + c] = accumulator.Emit(copies, due.Count, _context.Allocator);
            }
        }

        for (int i = 0; i < due.Starts[1]; i++)
        {
            var partition = (byte*)due.Entries[i].Partition;
            long last = OverRows.Cell(partition, _rows.Mark) - 1;
            Buffer.MemoryCopy(
                images + (last * bytes) + _rows.CellsStart, partition + _rows.CellsStart, bytes, bytes);
        }
    }

    /// <summary>Gathers what accumulators read of the rows that come, which stand in the answer, and of those that leave.</summary>
    private void Prepare(OverDue due, ArrayData[] columns)
    {
        for (int c = 0; c < _calls.Length; c++)
        {
            OverCall call = _calls[c];
            AggregateCall what = call.Window.Call;
            _left[c] = [];
            _leftFilters[c] = null;
            if (call.Accumulator is null)
            {
                continue;
            }

            _arguments[c] = new ArrayData[what.Arguments.Count];
            for (int a = 0; a < what.Arguments.Count; a++)
            {
                _arguments[c][a] = columns[what.Arguments[a]];
            }

            _filters[c] = what.Filter < 0 ? null : (BooleanArray)columns[what.Filter];
            if (call.Distance < 0 || _rows.FrameOf(call) is not { Left: { Count: > 0 } left })
            {
                continue;
            }

            int extra = what.Filter < 0 ? 0 : 1;
            _left[c] = new ArrayData[what.Arguments.Count + extra];
            for (int a = 0; a < _left[c].Length; a++)
            {
                int column = a < what.Arguments.Count ? what.Arguments[a] : what.Filter;
                _left[c][a] = _reader.Gather(column, (byte**)left.Pointer, left.Count);
            }

            _leftFilters[c] = extra == 0 ? null : (BooleanArray)_left[c][^1];
        }

        foreach (OverDistinct? distinct in _distinct)
        {
            distinct?.Begin(columns, due.Count);
        }
    }

    /// <summary>Copies the images before rows of one round and adds the rows.</summary>
    private void Add(OverDue due, int at, int count, byte* images)
    {
        int bytes = _rows.CellsBytes;
        int start = _rows.CellsStart;
        byte** targets = stackalloc byte*[Accumulator.BlockRows];
        for (int i = 0; i < count; i++)
        {
            ref OverDue.Entry entry = ref due.Entries[at + i];
            targets[i] = images + ((long)(at + i) * bytes);
            byte* before = entry.Before < 0 ? (byte*)entry.Partition : images + ((long)entry.Before * bytes);
            var from = (ulong*)(before + start);
            var to = (ulong*)(targets[i] + start);
            for (int w = 0; w < bytes / 8; w++)
            {
                to[w] = from[w];
            }
        }

        for (int c = 0; c < _calls.Length; c++)
        {
            if (_calls[c].Accumulator is { } accumulator)
            {
                sbyte* signs = Signs(accumulator, _arguments[c], _filters[c], at, count, 1);
                if (_distinct[c] is { } distinct)
                {
                    signs = distinct.Pick(at, count, due, signs, _signs.Pointer);
                }

                accumulator.Accumulate(_arguments[c], at, count, targets, signs, _rows.Partitions.Table.Heap);
            }
        }
    }

    /// <summary>Takes back what rows before <paramref name="end"/> drove out of a frame.</summary>
    private void TakeBack(OverFrame frame, int end, byte* images, ref int next)
    {
        byte** targets = stackalloc byte*[Accumulator.BlockRows];
        while (next < frame.LeftBy.Count && frame.LeftBy.Pointer[next] < end)
        {
            int count = 0;
            for (; count < Accumulator.BlockRows && next + count < frame.LeftBy.Count
                && frame.LeftBy.Pointer[next + count] < end; count++)
            {
                targets[count] = images + ((long)frame.LeftBy.Pointer[next + count] * _rows.CellsBytes);
            }

            for (int c = 0; c < _calls.Length; c++)
            {
                if (_calls[c] is { Distance: >= 0, Accumulator: { } accumulator } && _rows.FrameOf(_calls[c]) == frame)
                {
                    ReadOnlySpan<ArrayData> arguments = _left[c].AsSpan(0, _calls[c].Window.Call.Arguments.Count);
                    sbyte* signs = Signs(accumulator, arguments, _leftFilters[c], next, count, -1);
                    accumulator.Accumulate(arguments, next, count, targets, signs, _rows.Partitions.Table.Heap);
                }
            }

            next += count;
        }
    }

    /// <summary>Returns the sign of each row that counts and 0 for others; null where all have +1.</summary>
    private sbyte* Signs(
        Accumulator accumulator, ReadOnlySpan<ArrayData> arguments, BooleanArray? filter, int at, int count, sbyte sign)
    {
        bool hasNulls = false;
        for (int a = 0; !accumulator.TakesNulls && a < arguments.Length; a++)
        {
            hasNulls |= arguments[a].NullCount > 0;
        }

        if (filter is null && !hasNulls && sign == 1)
        {
            return null;
        }

        sbyte* signs = _signs.Pointer;
        new Span<sbyte>(signs, count).Fill(sign);
        for (int i = 0; i < count; i++)
        {
            bool counts = filter is null || (!filter.IsNull(at + i) && filter.GetValue(at + i));
            for (int a = 0; hasNulls && counts && a < arguments.Length; a++)
            {
                counts = !arguments[a].IsNull(at + i);
            }

            signs[i] = counts ? sign : (sbyte)0;
        }

        return signs;
    }

    private FixedWidthArray Ranks(Ranking ranking, int count)
    {
        NativeBuffer values = _context.Allocator.Allocate(Math.Max(1, count) * (long)sizeof(long));
        long* ranks = _ranks.Pointer + ((int)ranking - 1);
        for (int i = 0; i < count; i++)
        {
            ((long*)values.Pointer)[i] = ranks[3L * i];
        }

        return new FixedWidthArray(DataType.Int64, count, values, null);
    }

    private static void Release(ArrayData[][] columns)
    {
        foreach (ArrayData[] of in columns)
        {
            foreach (ArrayData column in of)
            {
                column.Release();
            }
        }
    }
}
