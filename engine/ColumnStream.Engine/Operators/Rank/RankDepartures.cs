using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Holds the rows that stand in no tree and no list any more, readable until they are swept.</summary>
/// <remarks>A row that is found by content may come again before: then it stays.</remarks>
internal sealed unsafe class RankDepartures(RankRows rows, bool isIndexed, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<uint> _gone = new(allocator);
    private readonly NativeList<ulong> _goneHashes = new(allocator);
    private readonly NativeList<nint> _expired = new(allocator);
    private readonly NativeList<uint> _expiredSlots = new(allocator);

    /// <summary>Notes a row that goes, with the hash of its partition or, where rows are found by content, its own.</summary>
    public void Add(uint slot, ulong hash)
    {
        _gone.Add(slot);
        _goneHashes.Add(hash);
    }

    /// <summary>Notes a row whose partition's time is over.</summary>
    public void Expire(uint slot)
    {
        byte* row = rows.Table.Rows.Row(slot);
        rows.Table.Rows.Touch(row, slot);
        *(long*)(row + rows.Count) = 0;
        _expired.Add((nint)row);
        _expiredSlots.Add(slot);
    }

    /// <summary>Deletes the rows; nobody may read them any longer.</summary>
    public void Sweep()
    {
        StateTable table = rows.Table;
        for (int i = 0; i < _gone.Count; i++)
        {
            uint slot = _gone.Pointer[i];
            byte* row = table.Rows.Row(slot);
            if (!isIndexed || IsEmpty(row))
            {
                table.Delete(row, slot, _goneHashes.Pointer[i]);
            }
        }

        _gone.Count = 0;
        _goneHashes.Count = 0;
        SweepExpired();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Dispose();
        _goneHashes.Dispose();
        _expired.Dispose();
        _expiredSlots.Dispose();
    }

    private void SweepExpired()
    {
        int kept = 0;
        for (int i = 0; i < _expired.Count; i++)
        {
            // The same row may have come again.
            if (IsEmpty((byte*)_expired.Pointer[i]))
            {
                _expired.Pointer[kept] = _expired.Pointer[i];
                _expiredSlots.Pointer[kept++] = _expiredSlots.Pointer[i];
            }
        }

        for (int at = 0; at < kept; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, kept - at);
            rows.Table.Delete((byte**)_expired.Pointer + at, _expiredSlots.Pointer + at, count);
        }

        _expired.Count = 0;
        _expiredSlots.Count = 0;
    }

    /// <summary>Tells whether a row is there and has no copies left.</summary>
    private bool IsEmpty(byte* row) => (row[4] & RowStore.Dead) == 0 && *(long*)(row + rows.Count) == 0;
}
