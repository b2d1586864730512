using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Engine.State;

/// <content>Rows whose time is over: found dead, renewed, swept.</content>
internal sealed unsafe partial class StateTable
{
    /// <summary>Gets when rows expire, or null when they never do.</summary>
    public StateTtl? Ttl
    {
        get => _ttl;
        init
        {
            _ttl = value;
            Refresh();
        }
    }

    /// <summary>Gets or sets what is told of a row and its slot before it expires: what hangs on the row goes with it.</summary>
    public Action<nint, uint>? Expiring { get; set; }

    /// <summary>Tells whether a row's time is over: nobody may use it, and the next sweep takes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsExpired(byte* row) => _ttl is not null && *(long*)(row + Layout.TimeOffset) <= _deadlineMs;

    /// <summary>Deletes what expired in the next pages, round and round; call it between batches.</summary>
    /// <param name="pages">How many pages of rows are looked at.</param>
    /// <returns>Whether rows remain that may expire.</returns>
    public bool Sweep(int pages = 2)
    {
        if (_ttl is null || Count == 0)
        {
            return false;
        }

        Refresh();
        long* found = stackalloc long[BlockRows];
        uint* slots = stackalloc uint[BlockRows];
        int count = 0;
        uint end = (uint)Math.Min(_rows.End, _swept + ((long)pages << Layout.PageShift));
        for (; _swept < end; _swept++)
        {
            if (_rows.IsLive(_swept) && IsExpired(_rows.Row(_swept)))
            {
                found[count] = (nint)_rows.Row(_swept);
                slots[count++] = _swept;
                if (count == BlockRows)
                {
                    Expire((byte**)found, slots, count);
                    count = 0;
                }
            }
        }

        Expire((byte**)found, slots, count);
        _swept = _swept >= _rows.End ? 1 : _swept;
        return Count > 0;
    }

    /// <summary>Deletes rows, at most a block, whose hashes are not at hand.</summary>
    public void Delete(byte** rows, uint* slots, int count)
    {
        ulong* hashes = stackalloc ulong[BlockRows];
        HashRows(rows, count, hashes);
        for (int i = 0; i < count; i++)
        {
            Delete(rows[i], slots[i], hashes[i]);
        }
    }

    private void Refresh()
    {
        if (_ttl is not null)
        {
            _ttl.Refresh();
            _rows.NowMs = _ttl.NowMs;
            _deadlineMs = _ttl.NowMs - _ttl.TtlMs;
        }
    }

    /// <summary>Puts new rows in the place of expired ones among those that were found.</summary>
    private void RenewExpired<TKey>(TKey key, ulong* hashes, int count, byte** rows, uint* slots)
        where TKey : struct, IRowKey
    {
        for (int i = 0; _ttl is not null && i < count; i++)
        {
            // A row may stand here twice: the second time it is new.
            if (IsExpired(rows[i]))
            {
                Expire(rows[i], slots[i], hashes[i]);
                rows[i] = FindOrCreateOne(key, hashes[i], i, out slots[i]);
            }
        }
    }

    private void Expire(byte** rows, uint* slots, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Expiring?.Invoke((nint)rows[i], slots[i]);
        }

        if (count > 0)
        {
            Delete(rows, slots, count);
        }
    }

    private void Expire(byte* row, uint slot, ulong hash)
    {
        Expiring?.Invoke((nint)row, slot);
        Delete(row, slot, hash);
    }

    private void HashRows(byte** rows, int count, ulong* hashes)
    {
        var columns = new ArrayData[Layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = RowColumns.Key(Layout, i, StateLayout.FileType(Layout.Keys[i].Type), rows, count, _account);
        }

        Layout.Hash(columns, count, hashes);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }
}
