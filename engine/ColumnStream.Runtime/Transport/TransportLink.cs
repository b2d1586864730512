using System;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one end of a link: whatever one end sends, the other receives in order, or both learn that the link is lost.</summary>
/// <remarks>Thread-safe. What waits to be sent is bounded by the credit of the channels, not by the link.</remarks>
public abstract class TransportLink
{
    /// <summary>Gets what errors call the other end.</summary>
    public abstract string Peer { get; }

    /// <summary>Takes over a message that is to be sent; never blocks. A link that is lost releases it.</summary>
    public abstract void Send(WireMessage message);

    /// <summary>Releases the frames of a channel that still wait to be sent: nobody wants them any more.</summary>
    public abstract void Drop(uint channel);

    /// <summary>Loses the link: what waits is released, the other end is told where it can be.</summary>
    /// <param name="failure">Why, or null where it is not needed any more.</param>
    public abstract void Close(Exception? failure);
}
