using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Maps rows to channels; a selection is spent here and never crosses.</summary>
internal abstract class Partitioner
{
    /// <summary>Sends the rows of a batch, which moves, on the channels they belong to.</summary>
    public abstract void Send(StreamBatch batch, ReadOnlySpan<Channel> channels);

    /// <summary>Sends rows that were held back to make larger batches.</summary>
    public virtual void Flush(ReadOnlySpan<Channel> channels)
    {
    }

    /// <summary>Drops rows that were held back.</summary>
    public virtual void Release()
    {
    }

    /// <summary>Makes the partitioner of an exchange for one producer.</summary>
    public static Partitioner Create(ExchangeNode node, int channels, int keyGroups, BufferAllocator allocator) =>
        node.Partitioning switch
        {
            Partitioning.Hash when channels > 1 => new HashPartitioner(node.Keys, channels, keyGroups, allocator),
            Partitioning.Hash or Partitioning.Single or Partitioning.Forward => new SinglePartitioner(allocator),
            Partitioning.RoundRobin => new RoundRobinPartitioner(allocator),
            Partitioning.Broadcast => new BroadcastPartitioner(allocator),
            _ => throw new InvariantException(9001, $"Partitioning is unknown: {node.Partitioning}."),
        };

    private protected static void SendWhole(StreamBatch batch, Channel channel, BufferAllocator allocator)
    {
        batch = batch.Compact(allocator);
        batch.ChargedBytes = batch.Rows.PinnedBytes + (batch.KindsBuffer?.Capacity ?? 0);
        channel.Send(batch);
    }
}
