using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Sends every batch to every channel, sharing the columns.</summary>
internal sealed class BroadcastPartitioner(BufferAllocator allocator) : Partitioner
{
    public override void Send(StreamBatch batch, ReadOnlySpan<Channel> channels)
    {
        batch = batch.Compact(allocator);
        for (int i = 1; i < channels.Length; i++)
        {
            SendWhole(batch.Share(allocator), channels[i], allocator);
        }

        SendWhole(batch, channels[0], allocator);
    }
}
