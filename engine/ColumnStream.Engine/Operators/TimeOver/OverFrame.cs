using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Follows where a bounded frame begins in each partition, and lists what leaves it.</summary>
/// <param name="isRows">Whether it counts rows.</param>
/// <param name="distance">How far it reaches back.</param>
/// <param name="rows">The rows.</param>
/// <param name="account">Pays for lists.</param>
internal sealed unsafe class OverFrame(bool isRows, long distance, OverRows rows, BufferAllocator account) : IDisposable
{
    /// <summary>Gets whether it counts rows.</summary>
    public bool IsRows => isRows;

    /// <summary>Gets how far it reaches back.</summary>
    public long Distance => distance;

    /// <summary>Gets or sets whether accumulators need the rows that leave it.</summary>
    public bool HasAccumulators { get; set; }

    /// <summary>Gets or sets whether LAG needs its first row.</summary>
    public bool HasLag { get; set; }

    /// <summary>Gets or sets where a partition counts the rows that are in it.</summary>
    public int CountOffset { get; set; }

    /// <summary>Gets or sets where a partition names its first row.</summary>
    public int StartOffset { get; set; }

    /// <summary>Gets the rows that have left it.</summary>
    public NativeList<nint> Left { get; } = new(account);

    /// <summary>Gets by which row that came each of them was driven out.</summary>
    public NativeList<int> LeftBy { get; } = new(account);

    /// <summary>Gets for each row that came the first row of its frame, or 0 where the frame is not full.</summary>
    public NativeList<nint> First { get; } = new(account);

    /// <summary>Forgets what a batch has listed.</summary>
    public void Clear()
    {
        Left.Count = 0;
        LeftBy.Count = 0;
        First.Count = 0;
    }

    /// <summary>Moves the frame on to a row, which stands in the partition's chain.</summary>
    public void Enter(byte* partition, byte* row, uint slot, int index)
    {
        ref long count = ref OverRows.Cell(partition, CountOffset);
        ref long start = ref OverRows.Cell(partition, StartOffset);
        RowStore store = rows.Rows.Table.Rows;
        if (count++ == 0)
        {
            start = slot;
        }

        if (isRows)
        {
            if (count - 1 > distance)
            {
                Leave(ref count, ref start, store.Row((uint)start), index);
            }
        }
        else
        {
            long time = rows.TimeOf(row);
            long least = time < long.MinValue + distance ? long.MinValue : time - distance;
            for (byte* first = store.Row((uint)start); rows.TimeOf(first) < least; first = store.Row((uint)start))
            {
                Leave(ref count, ref start, first, index);
            }
        }

        if (HasLag)
        {
            First.Add(count > distance ? (nint)store.Row((uint)start) : 0);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Left.Dispose();
        LeftBy.Dispose();
        First.Dispose();
    }

    private void Leave(ref long count, ref long start, byte* row, int index)
    {
        if (HasAccumulators)
        {
            Left.Add((nint)row);
            LeftBy.Add(index);
        }

        start = rows.Next(row);
        count--;
    }
}
