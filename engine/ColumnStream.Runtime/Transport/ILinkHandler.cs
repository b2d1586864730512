namespace ColumnStream.Runtime.Transport;

/// <summary>Is told by a transport what arrives on one link: one call at a time, never from inside <see cref="TransportLink.Send"/>.</summary>
public interface ILinkHandler
{
    /// <summary>Takes over a message; never blocks.</summary>
    void Received(WireMessage message);

    /// <summary>Learns that nothing more will arrive or leave.</summary>
    /// <param name="failure">Why, or null where one of both ends closed the link.</param>
    void Lost(System.Exception? failure);
}
