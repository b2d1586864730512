using System.Collections.Generic;

namespace ColumnStream.Runtime.Transport;

/// <summary>Leads the exchanges of a job over a transport instead of handing references over.</summary>
/// <param name="Node">This process's node, which offers and opens the channels.</param>
/// <param name="Endpoint">Where the node listens.</param>
public sealed record ExchangeRoute(TransportNode Node, TransportEndpoint Endpoint)
{
    /// <summary>Gets further nodes over which the subtasks are spread beside this one; none by default.</summary>
    public IReadOnlyList<ExchangeRoute> Others { get; init; } = [];

    /// <summary>Gets the node at which a subtask lives: they take turns.</summary>
    internal ExchangeRoute Of(int subtask) => subtask % (Others.Count + 1) is var at and > 0 ? Others[at - 1] : this;
}
