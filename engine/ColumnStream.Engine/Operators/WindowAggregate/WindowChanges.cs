using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Makes the changes of one window's results since they were given last, in chunks.</summary>
internal sealed unsafe class WindowChanges(AggregatePlan plan, Schema schema, bool givesOld, BufferAllocator account) : IDisposable
{
    private readonly GivenResults _given = new(plan);
    private readonly NativeList<nint> _groups = new(account);
    private readonly NativeList<uint> _slots = new(account);
    private readonly NativeList<ulong> _hashes = new(account);
    private readonly NativeList<nint> _rows = new(account);
    private readonly NativeList<byte> _kinds = new(account);
    private readonly NativeList<byte> _images = new(account);
    private GroupTables? _tables;
    private bool _scansAll;
    private uint _slot;
    private int _touched;

    /// <summary>Gets whether a window is under way.</summary>
    public bool IsOpen => _tables is not null;

    /// <summary>Gets the end of the window under way.</summary>
    public long End { get; private set; }

    /// <summary>Begins with a window: its touched groups, or all of them.</summary>
    public void Begin(GroupTables tables, long end, bool scansAll)
    {
        _tables = tables;
        End = end;
        _scansAll = scansAll;
        _slot = 1;
        _touched = 0;
    }

    /// <summary>Makes the next chunk of keys and results, with room for the bounds; null when there was nothing in it.</summary>
    public ArrayData[]? Next(int most, out NativeBuffer? kinds, out int count)
    {
        bool isLast = Collect(most / 2);
        _rows.Count = 0;
        _kinds.Count = 0;
        _images.Count = 0;
        _images.Reserve(Math.Max(1, _groups.Count) * plan.Layout.Stride);
        if (_groups.Count > 0)
        {
            Compare();
        }

        count = _rows.Count;
        ArrayData[]? columns = count > 0 ? Build() : null;
        kinds = columns is null ? null : TakeKinds();
        DropEmpty();
        if (isLast)
        {
            _tables!.Groups.BeginBatch();
            _tables = null;
        }

        return columns;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _groups.Dispose();
        _slots.Dispose();
        _hashes.Dispose();
        _rows.Dispose();
        _kinds.Dispose();
        _images.Dispose();
    }

    /// <summary>Collects groups that may have changed; returns whether these are the last.</summary>
    private bool Collect(int most)
    {
        StateTable groups = _tables!.Groups;
        groups.EnsureOpen();
        _groups.Count = 0;
        _slots.Count = 0;
        _hashes.Count = 0;
        while (_groups.Count < most)
        {
            if (_scansAll)
            {
                byte* row = groups.NextLive(ref _slot);
                if (row is null)
                {
                    return true;
                }

                _groups.Add((nint)row);
                _slots.Add(_slot - 1);
                continue;
            }

            if (_touched >= groups.TouchedCount)
            {
                return true;
            }

            // A group is listed again by each snapshot that it was touched behind; it may be gone since.
            if ((groups.TouchedRows[_touched][4] & RowStore.Dead) == 0)
            {
                _groups.Add((nint)groups.TouchedRows[_touched]);
                _slots.Add(groups.TouchedSlots[_touched]);
                _hashes.Add(groups.TouchedHashes[_touched]);
            }

            _touched++;
        }

        return false;
    }

    /// <summary>Notes what each group has to say, and remembers what it says now.</summary>
    private void Compare()
    {
        int count = _groups.Count;
        var rows = (byte**)_groups.Pointer;
        var columns = new ArrayData[schema.Fields.Count];
        ResultColumns.Build(plan, rows, count, columns, account);
        int keys = plan.Keys.Count;
        ReadOnlySpan<ArrayData> results = columns.AsSpan(keys, plan.Calls.Count);
        for (int i = 0; i < count; i++)
        {
            byte* row = rows[i];
            bool exists = plan.RowCountOffset < 0 || *(long*)(row + plan.RowCountOffset) > 0;
            bool isGiven = _given.IsGiven(row);
            if (!isGiven && !exists)
            {
                continue;
            }

            if (isGiven && exists && _given.AreSame(row, results, i))
            {
                continue;
            }

            if (isGiven && (!exists || givesOld))
            {
                Add(Image(row), exists ? RowKind.UpdateBefore : RowKind.Delete);
            }

            Touch(i);
            if (!exists)
            {
                _given.Forget(row);
                continue;
            }

            _given.Save(row, results, i, _tables!.Groups.Heap);
            Add(row, isGiven ? RowKind.UpdateAfter : RowKind.Insert);
        }

        foreach (ArrayData? column in columns)
        {
            column?.Release();
        }
    }

    /// <summary>Groups of a batch before a snapshot are touched again before they change.</summary>
    private void Touch(int index)
    {
        byte* row = (byte*)_groups.Pointer[index];
        RowStore rows = _tables!.Groups.Rows;
        if (*(uint*)row != rows.Sequence)
        {
            rows.Touch(row, _slots.Pointer[index]);
        }
    }

    private byte* Image(byte* row)
    {
        int stride = plan.Layout.Stride;
        byte* image = _images.Pointer + _images.Count;
        Buffer.MemoryCopy(row, image, stride, stride);
        _images.Count += stride;
        return image;
    }

    private void Add(byte* row, RowKind kind)
    {
        _rows.Add((nint)row);
        _kinds.Add((byte)kind);
    }

    private ArrayData[] Build()
    {
        int count = _rows.Count;
        var rows = (byte**)_rows.Pointer;
        var columns = new ArrayData[schema.Fields.Count];
        int keys = plan.Keys.Count;
        for (int i = 0; i < keys; i++)
        {
            columns[i] = RowColumns.Key(plan.Layout, i, plan.Layout.Keys[i].Type, rows, count, account);
        }

        for (int i = 0; i < plan.Calls.Count; i++)
        {
            columns[keys + i] = _given.Column(i, schema.Fields[keys + i].Type, rows, count, account);
        }

        return columns;
    }

    private NativeBuffer? TakeKinds()
    {
        bool onlyInserts = true;
        for (int i = 0; i < _kinds.Count; i++)
        {
            onlyInserts &= _kinds.Pointer[i] == (byte)RowKind.Insert;
        }

        if (onlyInserts)
        {
            return null;
        }

        NativeBuffer kinds = account.Allocate(_kinds.Count);
        Buffer.MemoryCopy(_kinds.Pointer, kinds.Pointer, kinds.Capacity, _kinds.Count);
        return kinds;
    }

    /// <summary>Deletes groups without rows.</summary>
    private void DropEmpty()
    {
        for (int i = 0; plan.RowCountOffset >= 0 && !_scansAll && i < _groups.Count; i++)
        {
            byte* row = (byte*)_groups.Pointer[i];
            if ((row[4] & RowStore.Dead) == 0 && *(long*)(row + plan.RowCountOffset) <= 0)
            {
                _tables!.Groups.Delete(row, _slots.Pointer[i], _hashes.Pointer[i]);
            }
        }
    }
}
