using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Keeps rows that never change or go, as whole batches by reference, with a link a row.</summary>
/// <remarks>
/// <code>
/// slot      segment &lt;&lt; 12 | row, from 4,096 on; 0 is no row
/// segment   a batch that came, of 512 rows and more and dense in its buffers; or a segment that small and sparse batches are copied
///           to, row behind row, so that a row alone pins no page
/// cold      a segment that memory had no room for: its rows stand in <see cref="ColdRows"/>, links too, and stay there
/// snapshot  the rows of each segment that the last one did not have; slots name rows once and for all, so nothing is overridden
/// </code>
/// Restored rows stand in segments of their own; new ones get segments that no file of the chain names.
/// </remarks>
internal sealed unsafe class RetainedRows : OperatorState, ISpillableState, IDisposable
{
    private const int LeastWholeRows = 512;
    private const long LeastClosedBytes = 1 << 18;
    private const uint RowMask = RetainedColumn.SegmentRows - 1;
    private readonly Schema _schema;
    private readonly Schema _fileSchema;
    private readonly ValueList<int> _keys;
    private readonly int _keyGroups;
    private readonly BufferAllocator _account;
    private readonly RetainedColumn[] _columns;
    private readonly List<Segment> _segments = [];
    private readonly NativeList<nint> _links;
    private readonly NativeList<uint> _slots;
    private readonly NativeList<nint> _coldRows;
    private readonly NativeList<uint> _hotSlots;
    private readonly NativeList<int> _order;
    private readonly BatchDensity _density = new();
    private readonly StatePool _pages;
    private readonly StateSpill? _spill;
    private ColdRows? _cold;
    private int _nextHot = 1;
    private int _open;
    private int _openCapacity;
    private int _cursor;
    private bool _isGathering;
    private bool _isFull;
    private bool _mustBeFull;
    private bool _isRestored;
    private bool _isDropped;

    /// <summary>Makes an empty state for rows of <paramref name="schema"/>.</summary>
    /// <param name="name">The name in checkpoints.</param>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="keys">Those that decide the key group.</param>
    /// <param name="context">Memory and key groups.</param>
    public RetainedRows(string name, Schema schema, ValueList<int> keys, Operators.OperatorContext context)
    {
        Name = name;
        _schema = schema;
        _keys = keys;
        _keyGroups = context.KeyGroups;
        _account = context.Allocator;
        _pages = context.Pages;
        _columns = new RetainedColumn[schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            DataType type = schema.Fields[i].Type;
            _columns[i] = RetainedColumn.Supports(type) ? new RetainedColumn(type, _account)
                : throw new UserException(3010, $"Type cannot be kept by a join: {type}.");
        }

        _links = new NativeList<nint>(_account);
        _slots = new NativeList<uint>(_account);
        _coldRows = new NativeList<nint>(_account);
        _hotSlots = new NativeList<uint>(_account);
        _order = new NativeList<int>(_account);
        _fileSchema = FileSchema(schema);
        Reset();
        _spill = context.IsDescription || !ColdRows.Fits(schema) ? null : context.Pages.Spill;
        _spill?.Add(this);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns
    {
        get
        {
            var columns = new StateColumn[_fileSchema.Fields.Count - 3];
            for (int i = 0; i < columns.Length; i++)
            {
                StateColumnRole role = _keys.Span.IndexOf(i) >= 0 ? StateColumnRole.Key : StateColumnRole.Row;
                columns[i] = new StateColumn(_fileSchema.Fields[i + 3].Name, _fileSchema.Fields[i + 3].Type, role);
            }

            return ValueList.Create<StateColumn>(columns);
        }
    }

    /// <summary>Gets or sets what links rows that were restored; it adds them.</summary>
    public Action<RecordBatch>? Restored { get; set; }

    /// <summary>Gets the links by segment: <c>Links[slot >> 12][slot &amp; 4095]</c> is the next slot of a row's chain, or 0.</summary>
    /// <remarks>A cold segment has none: <see cref="ColdLink"/>.</remarks>
    public uint** Links => (uint**)_links.Pointer;

    /// <inheritdoc/>
    public override long RowCount => Count;

    /// <summary>Gets the rows held.</summary>
    public long Count { get; private set; }

    /// <summary>Gets whether rows went from memory once, so that a walk may bring much back.</summary>
    public bool IsCold => _cold is not null;

    /// <inheritdoc/>
    public override long SpilledBytes => _cold?.Table.SpilledBytes ?? 0;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

    /// <inheritdoc/>
    public override long Bytes
    {
        get
        {
            long bytes = PinnedBytes + _links.Bytes + (_cold?.Table.Bytes ?? 0);
            foreach (RetainedColumn column in _columns)
            {
                bytes += column.Bytes;
            }

            return bytes;
        }
    }

    /// <summary>Gets the bytes of kept batches and links.</summary>
    public long PinnedBytes { get; private set; }

    /// <summary>Adds the rows of a batch, which is borrowed, and writes the slot of each.</summary>
    public void Add(RecordBatch batch, uint* slots)
    {
        int length = batch.Length;
        if (length >= LeastWholeRows && length <= RetainedColumn.SegmentRows && _density.IsDense(batch, out long pinned))
        {
            int segment = NewSegment(length, batch.Retain());
            _segments[segment].Rows = length;
            _segments[segment].PinnedBytes += pinned;
            PinnedBytes += pinned;
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Keep(segment, batch.Columns[i]);
            }

            Number(slots, segment, 0, length);
            Count += length;
            return;
        }

        for (int start = 0; start < length;)
        {
            if (_open == 0 || _segments[_open].Rows == RetainedColumn.SegmentRows)
            {
                OpenSegment();
            }

            int at = _segments[_open].Rows;
            int count = Math.Min(length - start, RetainedColumn.SegmentRows - at);
            GrowLinks(at + count);
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Append(at, batch.Columns[i], start, count);
            }

            _segments[_open].Rows = at + count;
            Number(slots + start, _open, at, count);
            start += count;
            Count += count;
        }
    }

    /// <summary>Makes column <paramref name="column"/> of rows.</summary>
    public ArrayData Column(int column, uint* slots, int count) =>
        _cold is null ? _columns[column].Gather(slots, count, _account) : MixedColumn(column, slots, count);

    /// <summary>Returns where the next slot of the chain of a row in a cold segment stands; good until the element ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint* ColdLink(uint slot) => _cold!.Link(ColdRow(slot));

    /// <summary>Returns the next segment that has rows, or 0.</summary>
    public int NextSegment(int segment)
    {
        for (segment++; segment < _segments.Count; segment++)
        {
            if (_segments[segment].Rows > 0)
            {
                return segment;
            }
        }

        return 0;
    }

    /// <summary>Returns the rows of a segment, which the caller releases, and their slots.</summary>
    public RecordBatch Read(int segment, NativeList<uint> slots)
    {
        Segment read = _segments[segment];
        Number(slots.Reserve(read.Rows), segment, 0, read.Rows);
        if (read.Batch is { } batch)
        {
            return batch.Retain();
        }

        var columns = new ArrayData[_columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Column(i, slots.Pointer, read.Rows);
        }

        return new RecordBatch(_schema, columns, read.Rows);
    }

    /// <summary>Forgets all rows: nobody will ask for them, and none comes any more.</summary>
    /// <remarks>A snapshot that is being written goes on: its barrier came before. The next one is empty.</remarks>
    public void Drop()
    {
        _mustBeFull |= !_isDropped;
        _isDropped = true;
        if (!_isGathering && Count > 0)
        {
            Reset();
        }
    }

    /// <summary>Moves segments into cold rows, oldest first, and these to disk. The newest rows stay, unless nothing else is left.</summary>
    public void Evict(long wantedBytes, bool evenUsed, bool index)
    {
        while (!index && wantedBytes > 0)
        {
            while (_nextHot < _segments.Count && (_segments[_nextHot].Rows == 0 || _segments[_nextHot].FirstCold > 0))
            {
                _nextHot++;
            }

            bool isLast = _nextHot >= _segments.Count - 1;
            if (_nextHot >= _segments.Count || (isLast && !evenUsed) || (_nextHot == _open && !MayCloseSegment()))
            {
                return;
            }

            wantedBytes -= Cool(_nextHot);
        }
    }

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full)
    {
        if (_mustBeFull && !full)
        {
            throw new InvariantException(9003, $"Snapshot must be full after a rescale: {Name}.");
        }

        foreach (Segment segment in _segments)
        {
            segment.Frozen = segment.Rows;
            segment.Gathered = full ? 0 : segment.Saved;
        }

        _isFull = full;
        _isGathering = true;
        _cursor = 1;
    }

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        // Cold rows come in the order of their pages, but all that a batch names is in memory at once.
        maxRows = _cold is null ? Math.Max(1, maxRows) : MostColdRows(maxRows);
        uint* slots = _slots.Reserve(maxRows);
        int count = 0;
        for (; _cursor < _segments.Count && count < maxRows; _cursor++)
        {
            Segment segment = _segments[_cursor];
            int taken = Math.Min(maxRows - count, segment.Frozen - segment.Gathered);
            Number(slots + count, _cursor, segment.Gathered, Math.Max(0, taken));
            count += Math.Max(0, taken);
            segment.Gathered += Math.Max(0, taken);
            if (segment.Gathered < segment.Frozen)
            {
                break;
            }
        }

        if (count > 0)
        {
            RecordBatch batch = Build(slots, count);
            try
            {
                write(batch);
            }
            finally
            {
                batch.Release();
            }
        }

        if (_cursor < _segments.Count)
        {
            return true;
        }

        foreach (Segment segment in _segments)
        {
            segment.Saved = segment.Frozen;
        }

        _mustBeFull &= !_isFull;
        EndSnapshot();
        return false;
    }

    /// <inheritdoc/>
    public override void AbortSnapshot() => EndSnapshot();

    /// <inheritdoc/>
    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        _mustBeFull |= _isRestored;
        _isRestored = true;
        uint last = 0;
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            try
            {
                _mustBeFull |= !Load(batch, keyGroups, ref last);
            }
            finally
            {
                batch.Release();
            }

            _spill?.Trim();
        }

        CloseSegment();
        while (_segments.Count <= last >> RetainedColumn.SegmentBits)
        {
            _segments.Add(new Segment(null));
            _links.Add(0);
        }

        foreach (Segment segment in _segments)
        {
            segment.Saved = segment.Rows;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spill?.Remove(this);
        Reset();
        _cold?.Dispose();
        _links.Dispose();
        _slots.Dispose();
        _coldRows.Dispose();
        _hotSlots.Dispose();
        _order.Dispose();
        foreach (RetainedColumn column in _columns)
        {
            column.Dispose();
        }
    }

    private static Schema FileSchema(Schema schema)
    {
        var fields = new Field[3 + schema.Fields.Count];
        fields[0] = new Field("slot", new DataType(TypeId.UInt32), Nullable: false);
        fields[1] = new Field("live", DataType.Bool, Nullable: false);
        fields[2] = new Field("key_group", new DataType(TypeId.UInt16), Nullable: false);
        for (int i = 3; i < fields.Length; i++)
        {
            fields[i] = new Field($"column{i - 3}:{schema.Fields[i - 3].Name}", schema.Fields[i - 3].Type);
        }

        return new Schema(fields);
    }

    private static void Number(uint* slots, int segment, int first, int count)
    {
        uint slot = ((uint)segment << RetainedColumn.SegmentBits) + (uint)first;
        for (int i = 0; i < count; i++)
        {
            slots[i] = slot + (uint)i;
        }
    }

    private void EndSnapshot()
    {
        _isGathering = false;
        if (_isDropped && Count > 0)
        {
            _mustBeFull = true;
            Reset();
        }
    }

    private int NewSegment(int linkRows, RecordBatch? batch)
    {
        if (_segments.Count == 1 << (32 - RetainedColumn.SegmentBits))
        {
            batch?.Release();
            throw new ResourceException(6000, $"State has too many rows: {Name}, {Count}.");
        }

        NativeBuffer links = _account.Allocate(linkRows * sizeof(uint));
        _segments.Add(new Segment(batch) { Links = links });
        _links.Add((nint)links.Pointer);
        _segments[^1].PinnedBytes = links.Capacity;
        PinnedBytes += links.Capacity;
        return _segments.Count - 1;
    }

    private void OpenSegment()
    {
        _openCapacity = 64;
        _open = NewSegment(_openCapacity, null);
        foreach (RetainedColumn column in _columns)
        {
            column.Open(_open);
        }
    }

    private void CloseSegment()
    {
        _open = 0;
        foreach (RetainedColumn column in _columns)
        {
            column.Close();
        }
    }

    private void GrowLinks(int rows)
    {
        if (rows <= _openCapacity)
        {
            return;
        }

        _openCapacity = Math.Min(RetainedColumn.SegmentRows, Math.Max(2 * _openCapacity, rows));
        Segment segment = _segments[_open];
        NativeBuffer larger = _account.Allocate(_openCapacity * sizeof(uint));
        Unsafe.CopyBlockUnaligned(larger.Pointer, segment.Links!.Pointer, (uint)segment.Rows * sizeof(uint));
        PinnedBytes += larger.Capacity - segment.Links.Capacity;
        segment.PinnedBytes += larger.Capacity - segment.Links.Capacity;
        segment.Links.Release();
        segment.Links = larger;
        _links.Pointer[_open] = (nint)larger.Pointer;
    }

    private bool MayCloseSegment()
    {
        Segment open = _segments[_open];
        if (_open == _segments.Count - 1 && open.Rows < LeastWholeRows && !_spill!.IsEager && Bytes < LeastClosedBytes)
        {
            return false;
        }

        CloseSegment();
        return true;
    }

    /// <summary>Moves the rows of a segment into cold rows, and as many bytes of these to disk; returns the bytes of the segment.</summary>
    private long Cool(int segment)
    {
        _cold ??= new ColdRows(_schema, _pages, _account);
        Segment cooled = _segments[segment];
        long first = 0;
        var columns = new ArrayData[_columns.Length];
        for (int at = 0; at < cooled.Rows; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, cooled.Rows - at);
            uint* slots = _slots.Reserve(count);
            Number(slots, segment, at, count);
            long before = _cold.Table.Bytes;
            int made = 0;
            try
            {
                for (; made < columns.Length; made++)
                {
                    columns[made] = _columns[made].Gather(slots, count, _account);
                }

                long number = _cold.Append(columns, count, (uint*)cooled.Links!.Pointer + at);
                first = at == 0 ? number : first;
            }
            finally
            {
                for (int i = 0; i < made; i++)
                {
                    columns[i].Release();
                }
            }

            _cold.Table.Evict(_cold.Table.Bytes - before, evenUsed: true, index: false);
        }

        long bytes = cooled.PinnedBytes;
        foreach (RetainedColumn column in _columns)
        {
            bytes += column.OwnBytes(segment);
            column.Drop(segment);
        }

        cooled.FirstCold = first;
        PinnedBytes -= cooled.PinnedBytes;
        cooled.PinnedBytes = 0;
        cooled.Batch?.Release();
        cooled.Batch = null;
        cooled.Links!.Release();
        cooled.Links = null;
        _links.Pointer[segment] = 0;
        return Math.Max(1, bytes);
    }

    private byte* ColdRow(uint slot) =>
        _cold!.Row(_segments[(int)(slot >> RetainedColumn.SegmentBits)].FirstCold + (slot & RowMask));

    private int MostColdRows(int most)
    {
        long bytesPerRow = Math.Max(1, (_cold!.Table.Bytes + _cold.Table.SpilledBytes) / Math.Max(1, _cold.Table.Count));
        return (int)Math.Clamp(_spill!.LimitBytes / 64 / bytesPerRow, 1, Math.Max(1, most));
    }

    /// <summary>Makes a column of rows some of which are cold: of either kind by itself, then in their order.</summary>
    private ArrayData MixedColumn(int column, uint* slots, int count)
    {
        var cold = (byte**)_coldRows.Reserve(Math.Max(1, count));
        uint* hot = _hotSlots.Reserve(Math.Max(1, count));
        int* order = _order.Reserve(Math.Max(1, count));
        int hotCount = 0;
        int coldCount = 0;
        for (int i = 0; i < count; i++)
        {
            bool isCold = _links.Pointer[slots[i] >> RetainedColumn.SegmentBits] == 0;
            order[i] = isCold ? ~coldCount : hotCount;
            if (isCold)
            {
                cold[coldCount++] = ColdRow(slots[i]);
            }
            else
            {
                hot[hotCount++] = slots[i];
            }
        }

        if (coldCount == 0)
        {
            return _columns[column].Gather(slots, count, _account);
        }

        ArrayData coldPart = _cold!.Column(column, cold, coldCount);
        if (hotCount == 0)
        {
            return coldPart;
        }

        ArrayData? hotPart = null;
        ArrayData? both = null;
        try
        {
            hotPart = _columns[column].Gather(hot, hotCount, _account);
            both = ArrayConcat.Concat([hotPart, coldPart], _account);
            for (int i = 0; i < count; i++)
            {
                order[i] = order[i] < 0 ? hotCount + ~order[i] : order[i];
            }

            return TakeKernel.Take(both, new ReadOnlySpan<int>(order, count), _account);
        }
        finally
        {
            coldPart.Release();
            hotPart?.Release();
            both?.Release();
        }
    }

    private RecordBatch Build(uint* slots, int count)
    {
        var columns = new ArrayData[_fileSchema.Fields.Count];
        for (int i = 3; i < columns.Length; i++)
        {
            columns[i] = Column(i - 3, slots, count);
        }

        var keys = new ArrayData[_keys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = columns[3 + _keys[i]];
        }

        ulong[] hashes = System.Buffers.ArrayPool<ulong>.Shared.Rent(count);
        KeyHash.Hash(keys, count, hashes);
        NativeBuffer numbers = _account.Allocate(count * sizeof(uint));
        NativeBuffer live = _account.Allocate(Bitmap.ByteCount(count));
        NativeBuffer groups = _account.Allocate(count * sizeof(ushort));
        Unsafe.CopyBlockUnaligned(numbers.Pointer, slots, (uint)count * sizeof(uint));
        Bitmap.Fill(live.Pointer, count);
        live.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            ((ushort*)groups.Pointer)[i] = (ushort)KeyHash.KeyGroup(hashes[i], _keyGroups);
        }

        System.Buffers.ArrayPool<ulong>.Shared.Return(hashes);
        columns[0] = new FixedWidthArray(_fileSchema.Fields[0].Type, count, numbers, null);
        columns[1] = new BooleanArray(count, live, null);
        columns[2] = new FixedWidthArray(_fileSchema.Fields[2].Type, count, groups, null);
        return new RecordBatch(_fileSchema, columns, count);
    }

    /// <summary>Adds the rows of a checkpoint batch that are in the range; returns whether all were.</summary>
    private bool Load(RecordBatch batch, KeyGroupRange range, ref uint last)
    {
        var slots = (uint*)((FixedWidthArray)batch.Columns[0]).Pointer;
        var groups = (ushort*)((FixedWidthArray)batch.Columns[2]).Pointer;
        int[] mine = new int[batch.Length];
        int count = 0;
        for (int i = 0; i < mine.Length; i++)
        {
            last = Math.Max(last, slots[i]);
            mine[count] = i;
            count += range.Contains(groups[i]) ? 1 : 0;
        }

        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            ArrayData column = batch.Columns[3 + i];
            columns[i] = count == batch.Length ? column.Retain() : TakeKernel.Take(column, mine.AsSpan(0, count), _account);
        }

        var rows = new RecordBatch(_schema, columns, count);
        Restored!(rows);
        rows.Release();
        return count == batch.Length;
    }

    private void Reset()
    {
        foreach (Segment segment in _segments)
        {
            segment.Batch?.Release();
            segment.Links?.Release();
        }

        foreach (RetainedColumn column in _columns)
        {
            column.Clear();
        }

        _cold?.Clear();
        _cold = null;
        _nextHot = 1;
        _segments.Clear();
        _segments.Add(new Segment(null));
        _links.Count = 0;
        _links.Add(0);
        _open = 0;
        PinnedBytes = 0;
        Count = 0;
    }

    /// <summary>Is what the tables of columns do not know of a segment.</summary>
    private sealed class Segment(RecordBatch? batch)
    {
        public RecordBatch? Batch { get; set; } = batch;

        /// <summary>Gets or sets the bytes of batch and links, beside what columns copied.</summary>
        public long PinnedBytes { get; set; }

        /// <summary>Gets or sets the number of row 0 among the cold rows, 0 while the segment is not cold.</summary>
        public long FirstCold { get; set; }

        public NativeBuffer? Links { get; set; }

        public int Rows { get; set; }

        public int Saved { get; set; }

        public int Frozen { get; set; }

        public int Gathered { get; set; }
    }
}
