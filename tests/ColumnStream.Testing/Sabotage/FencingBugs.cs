using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Whoever opens a channel by its name is served, also where a newer attempt has offered it.</summary>
internal sealed class OlderOpeningServed : PlantedBug
{
    public override string Name => "older opening served";

    public override string What =>
        "a node does not compare the token of an opening with the newest: an overtaken process that wakes is sent what is meant for its successor";

    public override ITransport Change(ITransport transport) =>
        SpoiledFence.Plant(transport, static (opening, own) => opening < own);
}

/// <summary>An opening of a newer attempt is served by what an older one offers.</summary>
internal sealed class OlderOfferServes : PlantedBug
{
    public override string Name => "older offer serves";

    public override string What =>
        "a newer token that a node hears of does not fence what it offers: an overtaken process sends to the consumers of its successor";

    public override ITransport Change(ITransport transport) =>
        SpoiledFence.Plant(transport, static (opening, own) => opening > own);
}

/// <summary>Takes openings of some other attempts at a job for those of a process's own.</summary>
/// <param name="own">The newest token by job that the process itself opened channels with.</param>
/// <param name="isTaken">Says whether an opening, by its token and the process's own, is taken for one of its own.</param>
internal sealed class SpoiledFence(Dictionary<string, FencingToken> own, Func<FencingToken, FencingToken, bool> isTaken) : LinkBug
{
    public static ITransport Plant(ITransport transport, Func<FencingToken, FencingToken, bool> isTaken)
    {
        Dictionary<string, FencingToken> own = new(StringComparer.Ordinal);
        return new TransportDecorator(transport, () => new Tokens(own), () => new SpoiledFence(own, isTaken));
    }

    public override void Received(WireMessage message, Action<WireMessage> deliver) => deliver(
        message.Id is { } id && own.TryGetValue(id.Job, out FencingToken token) && isTaken(message.Token, token)
            ? message with { Token = token }
            : message);

    /// <summary>Sees what the process itself opens.</summary>
    private sealed class Tokens(Dictionary<string, FencingToken> own) : LinkBug
    {
        public override WireMessage Sent(WireMessage message)
        {
            if (message.Id is { } id)
            {
                own[id.Job] = message.Token;
            }

            return message;
        }
    }
}
