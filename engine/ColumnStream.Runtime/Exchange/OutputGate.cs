using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Sends one node's output to the subtasks of another fragment.</summary>
internal sealed class OutputGate(Channel[] channels, Partitioner partitioner)
{
    public ReadOnlySpan<Channel> Channels => channels;

    /// <summary>Tells whether all channels take a batch; when not, the task is notified once the first that did not does.</summary>
    public bool TryReserve()
    {
        foreach (Channel channel in channels)
        {
            if (!channel.TryReserve())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sends a batch, which moves.</summary>
    public void Emit(StreamBatch batch) => partitioner.Send(batch, channels);

    /// <summary>Sends a control element on every channel, behind all rows.</summary>
    public void Broadcast(StreamElement element)
    {
        partitioner.Flush(channels);
        foreach (Channel channel in channels)
        {
            channel.Send(element);
        }
    }

    /// <summary>Drops what was not sent.</summary>
    public void Release() => partitioner.Release();
}
