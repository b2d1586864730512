using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Lists the rows that are due in rounds: the first of every partition, then the second of those that have two, and so on.</summary>
/// <remarks>So rows of a round never meet in a partition, and each step of the evaluation takes whole blocks of them.</remarks>
internal sealed unsafe class OverDue(BufferAllocator account) : IDisposable
{
    private readonly NativeList<Entry> _came = new(account);
    private readonly NativeList<Entry> _entries = new(account);
    private readonly NativeList<nint> _rows = new(account);
    private readonly NativeList<int> _starts = new(account);

    /// <summary>Gets the number of rows.</summary>
    public int Count => _came.Count;

    /// <summary>Gets the number of rounds.</summary>
    public int Rounds { get; private set; }

    /// <summary>Gets where each round begins, and where the last one ends.</summary>
    public int* Starts => _starts.Pointer;

    /// <summary>Gets the rows, round by round.</summary>
    public Entry* Entries => _entries.Pointer;

    /// <summary>Gets the addresses of the rows, round by round.</summary>
    public byte** Rows => (byte**)_rows.Pointer;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _came.Count = 0;
        Rounds = 0;
    }

    /// <summary>Adds a row in the order of time.</summary>
    public void Add(in Entry entry)
    {
        _came.Add(entry);
        Rounds = Math.Max(Rounds, entry.Round + 1);
    }

    /// <summary>Puts the rows in rounds.</summary>
    public void Arrange()
    {
        int* starts = _starts.Reserve(Rounds + 1);
        new Span<int>(starts, Rounds + 1).Clear();
        Entry* entries = _entries.Reserve(Math.Max(1, Count));
        nint* rows = _rows.Reserve(Math.Max(1, Count));
        for (int i = 0; i < Count; i++)
        {
            starts[_came.Pointer[i].Round + 1]++;
        }

        for (int r = 0; r < Rounds; r++)
        {
            starts[r + 1] += starts[r];
        }

        for (int i = 0; i < Count; i++)
        {
            Entry entry = _came.Pointer[i];
            int at = starts[entry.Round]++;
            entries[at] = entry;
            rows[at] = entry.Row;
        }

        // Each start has moved to the end of its round.
        for (int r = Rounds; r > 0; r--)
        {
            starts[r] = starts[r - 1];
        }

        starts[0] = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _came.Dispose();
        _entries.Dispose();
        _rows.Dispose();
        _starts.Dispose();
    }

    /// <summary>Is a row that is due, with its partition.</summary>
    internal struct Entry
    {
        public nint Row;
        public nint Partition;
        public uint Slot;
        public uint PartitionSlot;
        public int Round;

        /// <summary>The row of the same partition before, or -1.</summary>
        public int Before;

        /// <summary>The last row of the partition that has the same time.</summary>
        public int LastPeer;
    }
}
