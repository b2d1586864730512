using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
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
    private readonly Schema _schema;
    private readonly RetainedSegments _segments;
    private readonly RetainedCold _cold;
    private readonly RetainedFile _file;
    private readonly NativeList<uint> _slots;
    private readonly StateSpill? _spill;
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
        _spill = context.IsDescription || !ColdRows.Fits(schema) ? null : context.Pages.Spill;
        _segments = new RetainedSegments(name, schema, context.Allocator);
        _cold = new RetainedCold(_segments, schema, context.Pages, context.Allocator, _spill);
        _file = new RetainedFile(schema, keys, context.KeyGroups, context.Allocator);
        _slots = new NativeList<uint>(context.Allocator);
        _spill?.Add(this);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override ValueList<StateColumn> Columns => _file.Columns;

    /// <summary>Gets or sets what links rows that were restored; it adds them.</summary>
    public Action<RecordBatch>? Restored { get; set; }

    /// <summary>Gets the links by segment: <c>Links[slot >> 12][slot &amp; 4095]</c> is the next slot of a row's chain, or 0.</summary>
    /// <remarks>A cold segment has none: <see cref="ColdLink"/>.</remarks>
    public uint** Links => _segments.Links;

    /// <inheritdoc/>
    public override long RowCount => Count;

    /// <summary>Gets the rows held.</summary>
    public long Count => _segments.RowCount;

    /// <summary>Gets whether rows went from memory once, so that a walk may bring much back.</summary>
    public bool IsCold => _cold.IsAny;

    /// <inheritdoc/>
    public override long SpilledBytes => _cold.SpilledBytes;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull;

    /// <inheritdoc/>
    public override long Bytes => _segments.Bytes + _cold.Bytes;

    /// <summary>Gets the bytes of kept batches and links.</summary>
    public long PinnedBytes => _segments.PinnedBytes;

    /// <summary>Adds the rows of a batch, which is borrowed, and writes the slot of each.</summary>
    public void Add(RecordBatch batch, uint* slots) => _segments.Add(batch, slots);

    /// <summary>Makes column <paramref name="column"/> of rows.</summary>
    public ArrayData Column(int column, uint* slots, int count) =>
        _cold.IsAny ? _cold.Column(column, slots, count) : _segments.Gather(column, slots, count);

    /// <summary>Returns where the next slot of the chain of a row in a cold segment stands; good until the element ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public uint* ColdLink(uint slot) => _cold.Link(slot);

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
        RetainedSegment read = _segments[segment];
        RetainedSegments.Number(slots.Reserve(read.Rows), segment, 0, read.Rows);
        if (read.Batch is { } batch)
        {
            return batch.Retain();
        }

        var columns = new ArrayData[_segments.ColumnCount];
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
        if (!index)
        {
            _cold.Evict(wantedBytes, evenUsed);
        }
    }

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full)
    {
        if (_mustBeFull && !full)
        {
            throw new InvariantException(9003, $"Snapshot must be full after a rescale: {Name}.");
        }

        for (int i = 0; i < _segments.Count; i++)
        {
            RetainedSegment segment = _segments[i];
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
        maxRows = _cold.IsAny ? _cold.MostRows(maxRows) : Math.Max(1, maxRows);
        uint* slots = _slots.Reserve(maxRows);
        int count = 0;
        for (; _cursor < _segments.Count && count < maxRows; _cursor++)
        {
            RetainedSegment segment = _segments[_cursor];
            int taken = Math.Min(maxRows - count, segment.Frozen - segment.Gathered);
            RetainedSegments.Number(slots + count, _cursor, segment.Gathered, Math.Max(0, taken));
            count += Math.Max(0, taken);
            segment.Gathered += Math.Max(0, taken);
            if (segment.Gathered < segment.Frozen)
            {
                break;
            }
        }

        if (count > 0)
        {
            RecordBatch batch = _file.Build(this, slots, count);
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

        for (int i = 0; i < _segments.Count; i++)
        {
            _segments[i].Saved = _segments[i].Frozen;
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

        _segments.Close();
        _segments.Reach(last >> RetainedColumn.SegmentBits);
        for (int i = 0; i < _segments.Count; i++)
        {
            _segments[i].Saved = _segments[i].Rows;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _spill?.Remove(this);
        _segments.Dispose();
        _cold.Dispose();
        _slots.Dispose();
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

    /// <summary>Adds the rows of a checkpoint batch that are in the range; returns whether all were.</summary>
    private bool Load(RecordBatch batch, KeyGroupRange range, ref uint last)
    {
        RecordBatch rows = _file.Rows(batch, range, ref last);
        try
        {
            Restored!(rows);
            return rows.Length == batch.Length;
        }
        finally
        {
            rows.Release();
        }
    }

    private void Reset()
    {
        _segments.Clear();
        _cold.Clear();
    }
}
