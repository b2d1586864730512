using System;
using System.Collections.Generic;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Counts rows in a table whose key is the row, and walks the table, each row as often as a cell says.</summary>
internal unsafe struct CountedRows
{
    private uint _next;
    private long _given;

    /// <summary>Gets whether a walk is not done.</summary>
    public readonly bool IsOpen => _next != 0;

    /// <summary>Adds the rows of a batch to a cell of theirs and takes those that go away from it; each is touched before.</summary>
    /// <remarks>With <paramref name="forgotten"/> what takes back a row that does not stand counts nothing and is listed there.</remarks>
    public static void Fold(
        StateTable table, KeyEncoder keys, NativeList<ulong> space, StreamBatch batch, int cellOffset, List<int>? forgotten = null)
    {
        int length = batch.Rows.Length;
        table.BeginBatch();
        ulong* hashes = space.Reserve(Math.Max(1, length));
        table.Layout.Hash(batch.Rows.Columns, length, hashes);
        keys.Encode(batch.Rows.Columns, length);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        RowKind* kinds = batch.Kinds;
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            table.FindOrCreate(keys, hashes, at, count, rows, slots);
            table.Touch(rows, slots, hashes + at, count);
            for (int i = 0; i < count; i++)
            {
                bool adds = kinds is null || kinds[at + i] is RowKind.Insert or RowKind.UpdateAfter;
                long* times = (long*)(rows[i] + cellOffset);
                if (forgotten is not null && !adds && *times == 0)
                {
                    forgotten.Add(at + i);
                    continue;
                }

                *times += adds ? 1 : -1;
            }
        }
    }

    /// <summary>Begins a walk.</summary>
    public void Begin() => _next = 1;

    /// <summary>Goes on with the walk until there are <paramref name="most"/> rows or no more.</summary>
    public void Fill(StateTable table, int cellOffset, NativeList<nint> rows, int most)
    {
        while (rows.Count < most)
        {
            uint slot = _next;
            byte* row = table.NextLive(ref slot);
            if (row is null)
            {
                _next = 0;
                break;
            }

            long times = table.IsExpired(row) ? 0 : *(long*)(row + cellOffset);
            for (; _given < times && rows.Count < most; _given++)
            {
                rows.Add((nint)row);
            }

            // NextLive moved behind the row; while some of it is left, go on with the same.
            _next = _given >= times ? slot : slot - 1;
            _given = _given >= times ? 0 : _given;
        }
    }
}
