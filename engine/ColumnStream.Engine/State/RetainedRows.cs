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
/// snapshot  the rows of each segment that the last one did not have; slots name rows once and for all, so nothing is overridden
/// </code>
/// Restored rows stand in segments of their own; new ones get segments that no file of the chain names.
/// </remarks>
internal sealed unsafe class RetainedRows : OperatorState, IDisposable
{
    private const int LeastWholeRows = 512;
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
    private readonly BatchDensity _density = new();
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
        _columns = new RetainedColumn[schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            DataType type = schema.Fields[i].Type;
            _columns[i] = RetainedColumn.Supports(type) ? new RetainedColumn(type, _account)
                : throw new UserException(3010, $"Type cannot be kept by a join: {type}.");
        }

        _links = new NativeList<nint>(_account);
        _slots = new NativeList<uint>(_account);
        _fileSchema = FileSchema(schema);
        Reset();
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
    public uint** Links => (uint**)_links.Pointer;

    /// <inheritdoc/>
    public override long RowCount => Count;

    /// <summary>Gets the rows held.</summary>
    public long Count { get; private set; }

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

    /// <inheritdoc/>
    public override long Bytes
    {
        get
        {
            long bytes = PinnedBytes + _links.Bytes;
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
    public ArrayData Column(int column, uint* slots, int count) => _columns[column].Gather(slots, count, _account);

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
        if (read.Batch is not null)
        {
            return read.Batch.Retain();
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
        uint* slots = _slots.Reserve(Math.Max(1, maxRows));
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
        Reset();
        _links.Dispose();
        _slots.Dispose();
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
        segment.Links.Release();
        segment.Links = larger;
        _links.Pointer[_open] = (nint)larger.Pointer;
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
        public RecordBatch? Batch { get; } = batch;

        public NativeBuffer? Links { get; set; }

        public int Rows { get; set; }

        public int Saved { get; set; }

        public int Frozen { get; set; }

        public int Gathered { get; set; }
    }
}
