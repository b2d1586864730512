namespace ColumnStream.Runtime.Transport;

/// <summary>Leads the exchanges of a job over a transport instead of handing references over.</summary>
/// <param name="Node">This process's node, which offers and opens the channels.</param>
/// <param name="Endpoint">Where the producers' node listens.</param>
public sealed record ExchangeRoute(TransportNode Node, TransportEndpoint Endpoint);
