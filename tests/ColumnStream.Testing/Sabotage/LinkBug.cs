using System;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Spoils the consumer's end of one link.</summary>
internal abstract class LinkBug
{
    /// <summary>Changes what the consumer sends.</summary>
    public virtual WireMessage Sent(WireMessage message) => message;

    /// <summary>Delivers what arrives, or something else.</summary>
    public virtual void Received(WireMessage message, Action<WireMessage> deliver) => deliver(message);

    /// <summary>Gives back what is held: the link is lost.</summary>
    public virtual void Lost()
    {
    }
}
