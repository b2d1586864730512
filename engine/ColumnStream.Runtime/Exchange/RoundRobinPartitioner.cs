using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Sends whole batches to the channels in turn.</summary>
internal sealed class RoundRobinPartitioner(BufferAllocator allocator) : Partitioner
{
    private int _next;

    public override void Send(StreamBatch batch, ReadOnlySpan<Channel> channels)
    {
        SendWhole(batch, channels[_next], allocator);
        _next = _next + 1 == channels.Length ? 0 : _next + 1;
    }
}
