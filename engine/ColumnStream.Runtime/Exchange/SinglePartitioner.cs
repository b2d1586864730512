using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Sends everything to the one channel there is: by reference, without a copy.</summary>
internal sealed class SinglePartitioner(BufferAllocator allocator) : Partitioner
{
    public override void Send(StreamBatch batch, ReadOnlySpan<Channel> channels) =>
        SendWhole(batch, channels[0], allocator);
}
