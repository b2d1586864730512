using System;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Spoils one end of one link; as it is, nothing.</summary>
internal class LinkBug
{
    /// <summary>Changes what the end sends.</summary>
    public virtual WireMessage Sent(WireMessage message) => message;

    /// <summary>Delivers what arrives, or something else.</summary>
    public virtual void Received(WireMessage message, Action<WireMessage> deliver) => deliver(message);

    /// <summary>Gives back what is held: the link is lost.</summary>
    public virtual void Lost()
    {
    }
}
