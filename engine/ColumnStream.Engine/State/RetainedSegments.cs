using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Holds the segments of <see cref="RetainedRows"/>: batches as they came, or rows copied one behind the other, and links.</summary>
/// <remarks>Segment 0 does not exist; one that is empty or cold has neither rows here nor links.</remarks>
internal sealed unsafe class RetainedSegments : IDisposable
{
    /// <summary>Rows from which on a batch is a segment of its own.</summary>
    public const int LeastWholeRows = 512;

    private readonly string _name;
    private readonly BufferAllocator _account;
    private readonly RetainedColumn[] _columns;
    private readonly List<RetainedSegment> _segments = [];
    private readonly NativeList<nint> _links;
    private readonly BatchDensity _density = new();
    private int _openCapacity;

    /// <summary>Holds none yet.</summary>
    /// <param name="name">The state's name.</param>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="account">Where memory is charged.</param>
    /// <exception cref="UserException">A column's type cannot be kept.</exception>
    public RetainedSegments(string name, Schema schema, BufferAllocator account)
    {
        _name = name;
        _account = account;
        _columns = new RetainedColumn[schema.Fields.Count];
        for (int i = 0; i < _columns.Length; i++)
        {
            DataType type = schema.Fields[i].Type;
            _columns[i] = RetainedColumn.Supports(type) ? new RetainedColumn(type, account)
                : throw new UserException(3010, $"Type cannot be kept by a join: {type}.");
        }

        _links = new NativeList<nint>(account);
        Clear();
    }

    /// <summary>Gets the number of segments, segment 0 counted.</summary>
    public int Count => _segments.Count;

    /// <summary>Gets the number of columns.</summary>
    public int ColumnCount => _columns.Length;

    /// <summary>Gets the number of the segment that rows are copied to, or 0.</summary>
    public int Open { get; private set; }

    /// <summary>Gets the links by segment; 0 where there are none.</summary>
    public uint** Links => (uint**)_links.Pointer;

    /// <summary>Gets the rows.</summary>
    public long RowCount { get; private set; }

    /// <summary>Gets the bytes of kept batches and links.</summary>
    public long PinnedBytes { get; private set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes
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

    /// <summary>Gets a segment by its number.</summary>
    public RetainedSegment this[int number] => _segments[number];

    /// <summary>Writes the slots of rows that stand one behind the other.</summary>
    public static void Number(uint* slots, int segment, int first, int count)
    {
        uint slot = ((uint)segment << RetainedColumn.SegmentBits) + (uint)first;
        for (int i = 0; i < count; i++)
        {
            slots[i] = slot + (uint)i;
        }
    }

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
            RowCount += length;
            return;
        }

        for (int start = 0; start < length;)
        {
            if (Open == 0 || _segments[Open].Rows == RetainedColumn.SegmentRows)
            {
                OpenSegment();
            }

            int at = _segments[Open].Rows;
            int count = Math.Min(length - start, RetainedColumn.SegmentRows - at);
            GrowLinks(at + count);
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Append(at, batch.Columns[i], start, count);
            }

            _segments[Open].Rows = at + count;
            Number(slots + start, Open, at, count);
            start += count;
            RowCount += count;
        }
    }

    /// <summary>Adds segments without rows until one has a number, so that new rows get slots that no file names.</summary>
    public void Reach(uint segment)
    {
        while (_segments.Count <= segment)
        {
            _segments.Add(new RetainedSegment(null));
            _links.Add(0);
        }
    }

    /// <summary>Makes column <paramref name="column"/> of rows, none of which is cold.</summary>
    public ArrayData Gather(int column, uint* slots, int count) => _columns[column].Gather(slots, count, _account);

    /// <summary>Ends the segment that rows are copied to.</summary>
    public void Close()
    {
        Open = 0;
        foreach (RetainedColumn column in _columns)
        {
            column.Close();
        }
    }

    /// <summary>Drops the rows and links of a segment, whose slots stay taken; returns their bytes.</summary>
    public long Drop(int segment)
    {
        RetainedSegment dropped = _segments[segment];
        long bytes = dropped.PinnedBytes;
        foreach (RetainedColumn column in _columns)
        {
            bytes += column.OwnBytes(segment);
            column.Drop(segment);
        }

        PinnedBytes -= dropped.PinnedBytes;
        dropped.PinnedBytes = 0;
        dropped.Batch?.Release();
        dropped.Batch = null;
        dropped.Links!.Release();
        dropped.Links = null;
        _links.Pointer[segment] = 0;
        return bytes;
    }

    /// <summary>Drops all segments.</summary>
    public void Clear()
    {
        foreach (RetainedSegment segment in _segments)
        {
            segment.Batch?.Release();
            segment.Links?.Release();
        }

        foreach (RetainedColumn column in _columns)
        {
            column.Clear();
        }

        _segments.Clear();
        _links.Count = 0;
        Reach(0);
        Open = 0;
        PinnedBytes = 0;
        RowCount = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _links.Dispose();
        foreach (RetainedColumn column in _columns)
        {
            column.Dispose();
        }
    }

    private int NewSegment(int linkRows, RecordBatch? batch)
    {
        if (_segments.Count == 1 << (32 - RetainedColumn.SegmentBits))
        {
            batch?.Release();
            throw new ResourceException(6000, $"State has too many rows: {_name}, {RowCount}.");
        }

        NativeBuffer links = _account.Allocate(linkRows * sizeof(uint));
        _segments.Add(new RetainedSegment(batch) { Links = links });
        _links.Add((nint)links.Pointer);
        _segments[^1].PinnedBytes = links.Capacity;
        PinnedBytes += links.Capacity;
        return _segments.Count - 1;
    }

    private void OpenSegment()
    {
        _openCapacity = 64;
        Open = NewSegment(_openCapacity, null);
        foreach (RetainedColumn column in _columns)
        {
            column.Open(Open);
        }
    }

    private void GrowLinks(int rows)
    {
        if (rows <= _openCapacity)
        {
            return;
        }

        _openCapacity = Math.Min(RetainedColumn.SegmentRows, Math.Max(2 * _openCapacity, rows));
        RetainedSegment segment = _segments[Open];
        NativeBuffer larger = _account.Allocate(_openCapacity * sizeof(uint));
        Unsafe.CopyBlockUnaligned(larger.Pointer, segment.Links!.Pointer, (uint)segment.Rows * sizeof(uint));
        PinnedBytes += larger.Capacity - segment.Links.Capacity;
        segment.PinnedBytes += larger.Capacity - segment.Links.Capacity;
        segment.Links.Release();
        segment.Links = larger;
        _links.Pointer[Open] = (nint)larger.Pointer;
    }
}
