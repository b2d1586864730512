using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Keeps rows that wait and rows that frames reach back to, chained by partition in time, and what goes on from row to row.</summary>
/// <remarks>
/// <code>
/// row        partition | time | rest | sequence | answered | next
/// partition  columns | rows so far | distinct times so far | last time | cells of aggregates | rows of each frame
///            | links: start of each frame, head, tail, round, mark, chained, hash, peer, values of each call
/// </code>
/// Links are made anew after a restore. Round, mark and peer are good inside a batch.
/// </remarks>
internal sealed unsafe class OverRows : IDisposable
{
    private const int LinkCount = 7;
    private readonly BufferAllocator _allocator;
    private readonly KeyEncoder _keys;
    private readonly NativeList<ulong> _hashes;
    private readonly OverFrame[] _frames;
    private readonly int _sequence;
    private readonly int _answered;
    private readonly int _next;
    private readonly int _timeOffset;
    private readonly int _links;
    private readonly int _heads;
    private int _restores;

    /// <summary>Lays out both tables.</summary>
    /// <param name="partition">Columns of the partition.</param>
    /// <param name="timeColumn">The time that orders rows.</param>
    /// <param name="calls">What partitions go on with; each gets the frame that it needs.</param>
    /// <param name="context">Pages, account, schema.</param>
    /// <param name="ttl">When partitions that get no rows are forgotten, or null.</param>
    public OverRows(
        ValueList<int> partition, int timeColumn, OverCall[] calls, OperatorContext context, StateTtl? ttl = null)
    {
        _allocator = context.Allocator;
        Columns = new RankColumns(
            partition, [new SortKey(timeColumn, Descending: false, NullsFirst: true)], context.Inputs[0]);
        var layout = new StateLayout(
            Columns.Fields,
            [
                new StateCell("sequence", CellType.Int64), new StateCell("answered", CellType.Int64), Transient("next"),
            ],
            Columns.PartitionCount);
        (_sequence, _answered, _next) = (layout.CellOffsets[0], layout.CellOffsets[1], layout.CellOffsets[2]);
        _timeOffset = layout.KeyOffsets[Columns.PlaceOf(timeColumn)];
        Rows = new KeyedState("rows", layout, context.Pages, context.Allocator, context.KeyGroups, isIndexed: false);
        _frames = FramesOf(calls);
        StateLayout partitions = LayOut(calls, ttl);
        _links = partitions.LinkOffset;
        _heads = calls.Length;
        for (int i = 0; i < _frames.Length; i++)
        {
            _frames[i].StartOffset = _links + (8 * i);
        }

        int links = _links + (8 * _frames.Length);
        (Head, Tail, Round, Mark) = (links, links + 8, links + 16, links + 24);
        (Chained, Hash, Peer, Values) = (links + 32, links + 40, links + 48, links + 56);
        (RowsSoFar, TimesSoFar, LastTime) =
            (partitions.CellOffsets[0], partitions.CellOffsets[1], partitions.CellOffsets[2]);
        Partitions = new KeyedState(
            "partitions", partitions, context.Pages, context.Allocator, context.KeyGroups, ttl);
        _keys = new KeyEncoder(partitions, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
    }

    /// <summary>Gets the columns of a row.</summary>
    public RankColumns Columns { get; }

    /// <summary>Gets the frames that calls go on with.</summary>
    public ReadOnlySpan<OverFrame> Frames => _frames;

    /// <summary>Gets the rows.</summary>
    public KeyedState Rows { get; }

    /// <summary>Gets the partitions.</summary>
    public KeyedState Partitions { get; }

    /// <summary>Gets the number of the next row.</summary>
    public long NextSequence { get; set; }

    /// <summary>Gets where the first cell of an aggregate stands in a partition.</summary>
    public int CellsStart { get; private set; }

    /// <summary>Gets how many bytes the cells of all aggregates take.</summary>
    public int CellsBytes { get; private set; }

    /// <summary>Gets where a partition counts its rows.</summary>
    public int RowsSoFar { get; }

    /// <summary>Gets where a partition counts its distinct times.</summary>
    public int TimesSoFar { get; }

    /// <summary>Gets where the time of the last row stands.</summary>
    public int LastTime { get; }

    /// <summary>Gets where the first chained row stands.</summary>
    public int Head { get; }

    /// <summary>Gets where the last chained row stands.</summary>
    public int Tail { get; }

    /// <summary>Gets where the rows of a batch are counted.</summary>
    public int Round { get; }

    /// <summary>Gets where a batch marks a partition.</summary>
    public int Mark { get; }

    /// <summary>Gets where the number of chained rows stands.</summary>
    public int Chained { get; }

    /// <summary>Gets where the hash of the partition stands.</summary>
    public int Hash { get; }

    /// <summary>Gets where the number of the first row of a time stands.</summary>
    public int Peer { get; }

    /// <summary>Gets where the values of the first call stand that a partition has seen, one link a call.</summary>
    public int Values { get; }

    /// <summary>Returns the frame of a call.</summary>
    public OverFrame FrameOf(OverCall call) =>
        Array.Find(_frames, f => f.IsRows == call.IsRows && f.Distance == call.Distance)!;

    /// <summary>Returns a partition's or row's cell.</summary>
    public static ref long Cell(byte* row, int offset) => ref *(long*)(row + offset);

    /// <summary>Returns the hash of a partition.</summary>
    public static ulong HashOf(byte* partition, int offset) => *(ulong*)(partition + offset);

    /// <summary>Returns the slot of the next row of a chain.</summary>
    public ref long Next(byte* row) => ref *(long*)(row + _next);

    /// <summary>Returns when a row was, as its column stores it.</summary>
    public long TimeOf(byte* row) => *(long*)(row + _timeOffset);

    /// <summary>Begins a batch; returns whether a restore came before it.</summary>
    public bool BeginBatch()
    {
        Rows.Table.BeginUnlisted();
        Partitions.Table.BeginUnlisted();
        if (_restores == Rows.Restores + Partitions.Restores)
        {
            return false;
        }

        _restores = Rows.Restores + Partitions.Restores;
        return true;
    }

    /// <summary>Numbers a new row.</summary>
    public long Number(byte* row) => *(long*)(row + _sequence) = NextSequence++;

    /// <summary>Finds or creates the partitions of rows, at most a block.</summary>
    public void Find(byte** rows, int count, byte** partitions, uint* slots) =>
        Find(Rows.Table.Layout, rows, count, partitions, slots);

    /// <summary>Finds or creates the partitions of rows of a layout that begins with the partition, at most a block.</summary>
    /// <param name="layout">The layout of the rows.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="count">The number of rows.</param>
    /// <param name="partitions">Receives the partitions.</param>
    /// <param name="slots">Receives their slots.</param>
    /// <param name="evenExpired">Whether partitions count whose time is over: what hangs on them goes with them.</param>
    public void Find(
        StateLayout layout, byte** rows, int count, byte** partitions, uint* slots, bool evenExpired = false)
    {
        var columns = new ArrayData[Columns.PartitionCount];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(layout, i, layout.Keys[i].Type, rows, count, _allocator);
        }

        ulong* hashes = _hashes.Reserve(Math.Max(1, count));
        StateTable table = Partitions.Table;
        table.Layout.Hash(columns, count, hashes);
        _keys.Encode(columns, count);
        for (int i = 0; evenExpired && i < count; i++)
        {
            partitions[i] = table.Find(
                _keys.Words + (i * table.Layout.KeyWords), _keys.Nulls + i, hashes[i], out slots[i], evenExpired: true);
            evenExpired = partitions[i] is not null;
        }

        if (!evenExpired)
        {
            table.FindOrCreate(_keys, hashes, 0, count, partitions, slots);
        }

        for (int i = 0; i < count; i++)
        {
            *(ulong*)(partitions[i] + Hash) = hashes[i];
        }

        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }

    /// <summary>Returns the hash of the partition that is all rows.</summary>
    public ulong HashOfAll()
    {
        ulong hash = 0;
        Partitions.Table.Layout.Hash([], 1, &hash);
        return hash;
    }

    /// <summary>Asks for the rows at both ends of the chains of partitions.</summary>
    public void Prefetch(byte** partitions, int count)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        RowStore store = Rows.Table.Rows;
        for (int i = 0; i < count; i++)
        {
            Sse.Prefetch0(store.Row((uint)Cell(partitions[i], Tail)));
            Sse.Prefetch0(store.Row((uint)Cell(partitions[i], Head)));
        }
    }

    /// <summary>Puts a row at the end of its partition's chain.</summary>
    public void Chain(byte* partition, byte* row, uint slot)
    {
        Next(row) = 0;
        ref long tail = ref Cell(partition, Tail);
        if (tail == 0)
        {
            Cell(partition, Head) = slot;
        }
        else
        {
            Next(Rows.Table.Rows.Row((uint)tail)) = slot;
        }

        tail = slot;
        Cell(partition, Chained)++;
    }

    /// <summary>Says that a row was answered and only stays for frames.</summary>
    public void Answer(byte* row, uint slot)
    {
        Rows.Table.Rows.Touch(row, slot);
        *(long*)(row + _answered) = 1;
    }

    /// <summary>Deletes the first row of a chain.</summary>
    public void DropFirst(byte* partition)
    {
        ref long head = ref Cell(partition, Head);
        byte* row = Rows.Table.Rows.Row((uint)head);
        long next = Next(row);
        Rows.Table.Delete(row, (uint)head, *(ulong*)(partition + Hash));
        head = next;
        if (next == 0)
        {
            Cell(partition, Tail) = 0;
        }

        Cell(partition, Chained)--;
    }

    /// <summary>Drops all chained rows of a partition and what its bounded frames know of them.</summary>
    public void Empty(byte* partition, uint slot, OverCall[] calls)
    {
        while (Cell(partition, Head) != 0)
        {
            DropFirst(partition);
        }

        Partitions.Table.Rows.Touch(partition, slot);
        foreach (OverFrame frame in _frames)
        {
            Cell(partition, frame.CountOffset) = 0;
        }

        foreach (OverCall call in calls)
        {
            if (call is { Distance: >= 0, Accumulator: { } accumulator })
            {
                int bytes = 0;
                foreach (CellType cell in accumulator.Cells)
                {
                    bytes += new StateCell(string.Empty, cell).Bytes;
                }

                new Span<byte>(partition + accumulator.Offset, bytes).Clear();
            }
        }
    }

    /// <summary>Hands all rows that wait to <paramref name="waiting"/> and chains those that were answered, after a restore.</summary>
    public void Relink(Action<nint, uint, long> waiting)
    {
        uint next = 1;
        StateTable partitions = Partitions.Table;
        for (byte* row = partitions.WalkLive(ref next); row is not null; row = partitions.WalkLive(ref next))
        {
            new Span<long>(row + _links, LinkCount + _frames.Length + _heads).Clear();
        }

        var answered = new List<(long Time, long Sequence, uint Slot)>();
        next = 1;
        NextSequence = 0;
        for (byte* row = Rows.Table.WalkLive(ref next); row is not null; row = Rows.Table.WalkLive(ref next))
        {
            long sequence = *(long*)(row + _sequence);
            NextSequence = Math.Max(NextSequence, sequence + 1);
            if (*(long*)(row + _answered) != 0)
            {
                answered.Add((TimeOf(row), sequence, next - 1));
            }
            else
            {
                waiting((nint)row, next - 1, sequence);
            }
        }

        answered.Sort();
        byte* partition;
        uint partitionSlot;
        foreach ((long _, long _, uint slot) in answered)
        {
            Rows.Table.TrimInCall();
            byte* row = Rows.Table.Rows.Row(slot);
            Find(Rows.Table.Layout, &row, 1, &partition, &partitionSlot, evenExpired: true);
            Chain(partition, row, slot);
        }

        next = 1;
        for (byte* row = partitions.WalkLive(ref next); row is not null; row = partitions.WalkLive(ref next))
        {
            BeginFrames(row);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (OverFrame frame in _frames)
        {
            frame.Dispose();
        }

        Rows.Dispose();
        Partitions.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
    }

    /// <summary>Finds in a partition's chain where its frames begin.</summary>
    private void BeginFrames(byte* partition)
    {
        long left = Cell(partition, Chained);
        for (long at = Cell(partition, Head); at != 0; at = Next(Rows.Table.Rows.Row((uint)at)), left--)
        {
            foreach (OverFrame frame in _frames)
            {
                if (Cell(partition, frame.CountOffset) == left)
                {
                    Cell(partition, frame.StartOffset) = at;
                }
            }
        }
    }

    private OverFrame[] FramesOf(OverCall[] calls)
    {
        var frames = new List<OverFrame>();
        foreach (OverCall call in calls)
        {
            if (call.Distance < 0 || call.ReadsRows)
            {
                continue;
            }

            OverFrame? frame = frames.Find(f => f.IsRows == call.IsRows && f.Distance == call.Distance);
            if (frame is null)
            {
                frames.Add(frame = new OverFrame(call.IsRows, call.Distance, this, _allocator));
            }

            frame.HasLag |= call.IsLag;
            frame.HasAccumulators |= !call.IsLag;
        }

        return [.. frames];
    }

    private StateLayout LayOut(OverCall[] calls, StateTtl? ttl)
    {
        var keys = new Field[Columns.PartitionCount];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = Columns.Fields[i];
        }

        List<StateCell> cells = [new("rows", CellType.Int64), new("times", CellType.Int64), new("last", CellType.Int64)];
        int fixedCells = cells.Count;
        var first = new int[calls.Length];
        for (int i = 0; i < calls.Length; i++)
        {
            first[i] = cells.Count;
            int cell = 0;
            foreach (CellType type in calls[i].Accumulator?.Cells ?? default)
            {
                cells.Add(new StateCell($"{i}.{calls[i].Window.Call.Function}.{cell++}", type));
            }
        }

        int counts = cells.Count;
        foreach (OverFrame frame in _frames)
        {
            cells.Add(new StateCell($"frame.{(frame.IsRows ? "rows" : "range")}.{frame.Distance}", CellType.Int64));
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(keys), ValueList.From(cells), hasTime: ttl is not null,
            linkBytes: 8 * (LinkCount + _frames.Length + calls.Length));
        for (int i = 0; i < calls.Length; i++)
        {
            if (calls[i].Accumulator is { } accumulator)
            {
                accumulator.Offset = layout.CellOffsets[first[i]];
            }
        }

        for (int i = 0; i < _frames.Length; i++)
        {
            _frames[i].CountOffset = layout.CellOffsets[counts + i];
        }

        // Cells stand side by side in this order.
        CellsStart = layout.CellOffsets[fixedCells - 1] + 8;
        CellsBytes = layout.CellOffsets[counts - 1] + cells[counts - 1].Bytes - CellsStart;
        return layout;
    }

    private static StateCell Transient(string name) => new(name, CellType.Int64) { IsTransient = true };
}
