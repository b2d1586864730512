using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Operators.Rank;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Over;

/// <summary>Lists rows of several partitions in order, each copy for itself, with their numbers and where equals begin.</summary>
/// <param name="isDense">Whether ranks of entries count distinct keys.</param>
/// <param name="allocator">Pays.</param>
internal sealed unsafe class SortedRows(bool isDense, BufferAllocator allocator) : IDisposable
{
    private readonly NativeList<nint> _rows = new(allocator);
    private readonly NativeList<long> _numbers = new(allocator);
    private readonly NativeList<int> _partitions = new(allocator);
    private readonly NativeList<nint> _seeds = new(allocator);
    private readonly NativeList<int> _peers = new(allocator);

    /// <summary>Gets the number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>Gets the rows.</summary>
    public byte** Rows => (byte**)_rows.Pointer;

    /// <summary>Gets the number of partitions.</summary>
    public int PartitionCount => _partitions.Count;

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        _rows.Count = 0;
        _numbers.Count = 0;
        _partitions.Count = 0;
        _seeds.Count = 0;
        _peers.Count = 0;
    }

    /// <summary>Begins a partition, whose rows follow the row <paramref name="seed"/>, if that is not null.</summary>
    public void Begin(byte* seed)
    {
        _partitions.Add(Count);
        _seeds.Add((nint)seed);
    }

    /// <summary>Adds the copies of a row that stand from <paramref name="position"/> on; returns the next position.</summary>
    public long Add(byte* row, RankEntry entry, long position)
    {
        bool isPeer = Count > _partitions.Pointer[PartitionCount - 1]
            && _numbers.Pointer[(3 * (Count - 1)) + (isDense ? 2 : 1)] == entry.Rank;
        if (!isPeer)
        {
            _peers.Add(Count);
        }

        long rank = isPeer ? _numbers.Pointer[(3 * (Count - 1)) + 1] : position;
        for (int copy = 0; copy < entry.Copies; copy++)
        {
            _rows.Add((nint)row);
            _numbers.Add(position++);
            _numbers.Add(rank);
            _numbers.Add(entry.Rank);
        }

        return position;
    }

    /// <summary>Returns the number of a row: its place, its rank or, where distinct keys are counted, its dense rank.</summary>
    public long NumberOf(int index, int which) => _numbers.Pointer[(3 * index) + which];

    /// <summary>Returns the row before those of a partition, or null.</summary>
    public byte* SeedOf(int partition) => (byte*)_seeds.Pointer[partition];

    /// <summary>Returns the first row of each partition, and the number of rows behind the last.</summary>
    public int[] Partitions() => [.. new ReadOnlySpan<int>(_partitions.Pointer, PartitionCount), Count];

    /// <summary>Returns the first row of each group of equals, and the number of rows behind the last.</summary>
    public int[] Peers() => [.. new ReadOnlySpan<int>(_peers.Pointer, _peers.Count), Count];

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _numbers.Dispose();
        _partitions.Dispose();
        _seeds.Dispose();
        _peers.Dispose();
    }
}
