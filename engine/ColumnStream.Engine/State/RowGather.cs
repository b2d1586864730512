using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Engine.State;

/// <summary>Collects the rows of one snapshot of a <see cref="RowStore"/> while the rows go on changing.</summary>
/// <remarks>
/// Due are the rows that were touched behind one snapshot and not behind the next. They come by list, or by page where many are
/// dirty; of those that change before their turn the image as it was is kept, and comes last.
/// </remarks>
internal sealed unsafe class RowGather(
    StateLayout layout, RowPages pages, StatePool pool, BufferAllocator account, StringHeap? heap) : IDisposable
{
    private const int OneInOfLimit = 32;
    private readonly NativeList<byte> _images = new(account);
    private uint _before;
    private uint _until;
    private uint _cursor;
    private uint _end;
    private int _imagesGathered;
    private long _room;
    private long _readBefore;
    private bool _full;

    /// <summary>Gets or sets the slots that were dirty when the snapshot began.</summary>
    public NativeList<uint> Frozen { get; set; } = new(account);

    /// <summary>Gets whether a snapshot is under way.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Gets whether it goes by page.</summary>
    public bool IsByPage { get; private set; }

    /// <summary>Gets the native bytes held.</summary>
    public long Bytes => Frozen.Bytes + _images.Bytes;

    /// <summary>Begins a snapshot.</summary>
    /// <param name="before">Rows of this sequence and older ones are in files already.</param>
    /// <param name="until">The last sequence that it has.</param>
    /// <param name="end">The slot behind the last one.</param>
    /// <param name="byPage">Whether all rows are looked at, not only the frozen ones.</param>
    /// <param name="full">Whether deleted rows are left out.</param>
    public void Begin(uint before, uint until, uint end, bool byPage, bool full)
    {
        (_before, _until, _end, IsByPage, _full) = (before, until, end, byPage, full);
        _cursor = 1;
        _imagesGathered = 0;
        IsUnderWay = true;
    }

    /// <summary>Keeps the image of a row that is about to change, if it is due and was not collected.</summary>
    /// <param name="row">The row.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="last">Its sequence.</param>
    public void Save(byte* row, uint slot, uint last)
    {
        if (last <= _before || !(IsByPage ? slot >= _cursor && slot < _end : (row[4] & RowStore.Saved) == 0))
        {
            return;
        }

        int size = 8 + layout.Stride;
        byte* image = _images.Reserve(_images.Count + size) + _images.Count;
        *(ulong*)image = slot;
        Unsafe.CopyBlockUnaligned(image + 8, row, (uint)layout.Stride);
        _images.Count += size;
    }

    /// <summary>Collects about <paramref name="maxRows"/> due rows; false when these are the last.</summary>
    /// <param name="maxRows">About how many rows, saved images not counted.</param>
    /// <param name="rows">Receives addresses of rows and images; good until the next touch.</param>
    /// <param name="slots">Receives their slots.</param>
    public bool Next(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        rows.Count = 0;
        slots.Count = 0;
        _room = pool.Spill is null ? long.MaxValue : pool.Spill.LimitBytes / OneInOfLimit;
        _readBefore = pool.Spill?.ReadBytes ?? 0;
        bool more = IsByPage ? NextOfPages(maxRows, rows, slots) : NextOfList(maxRows, rows, slots);
        if (more)
        {
            return true;
        }

        int size = 8 + layout.Stride;
        int images = _images.Count / size;
        while (_imagesGathered < images && rows.Count < Math.Max(1, maxRows) && (rows.Count == 0 || !IsEnough()))
        {
            byte* image = _images.Pointer + ((long)_imagesGathered++ * size);
            if (pages.IsTextOut)
            {
                heap!.EnsureText(image + 8, layout);
            }

            Add(image + 8, *(uint*)image, rows, slots);
        }

        return _imagesGathered < images;
    }

    /// <summary>Ends the snapshot.</summary>
    public void End()
    {
        IsUnderWay = false;
        _images.Count = 0;
        Frozen.Count = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        IsUnderWay = false;
        _images.Dispose();
        Frozen.Dispose();
    }

    private bool NextOfPages(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        uint mask = (1u << layout.PageShift) - 1;
        uint first = _cursor;
        while (_cursor < _end)
        {
            if ((_cursor & mask) >= layout.RowsPerPage)
            {
                _cursor = (_cursor | mask) + 1;
                continue;
            }

            if (rows.Count >= maxRows || (_cursor > first && IsEnough()))
            {
                return true;
            }

            uint last = *(uint*)pages.Header(_cursor);
            if (last > _before && last <= _until)
            {
                Add(pages.Row(_cursor), _cursor, rows, slots);
            }

            _cursor++;
        }

        return false;
    }

    private bool NextOfList(int maxRows, NativeList<nint> rows, NativeList<uint> slots)
    {
        uint first = _cursor;
        while (_cursor <= Frozen.Count)
        {
            if (rows.Count >= maxRows || (_cursor > first && IsEnough()))
            {
                return true;
            }

            uint slot = Frozen.Pointer[_cursor++ - 1];
            byte* row = pages.Row(slot);
            uint last = *(uint*)row;
            if (last > _before && last <= _until && (row[4] & RowStore.Saved) == 0)
            {
                row[4] |= RowStore.Saved;
                Add(row, slot, rows, slots);
            }
        }

        return false;
    }

    private void Add(byte* row, uint slot, NativeList<nint> rows, NativeList<uint> slots)
    {
        if (!_full || (row[4] & RowStore.Dead) == 0)
        {
            rows.Add((nint)row);
            slots.Add(slot);
            if (heap is not null && pool.Spill is not null)
            {
                _room -= StringHeap.TextBytes(row, layout);
            }
        }
    }

    /// <summary>Tells whether the rows collected so far, with their text and what they brought back, are as much as one turn may hold.</summary>
    private bool IsEnough() =>
        pool.Spill is { } spill && (_room <= 0 || spill.ReadBytes - _readBefore > spill.LimitBytes / OneInOfLimit);
}
