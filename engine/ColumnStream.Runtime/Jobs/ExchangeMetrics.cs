namespace ColumnStream.Runtime.Jobs;

/// <summary>Shows what an exchange that leads over a transport moved so far, over all its channels.</summary>
/// <param name="NodeId">The id of the exchange in the plan.</param>
/// <param name="Name">How it divides rows, as EXPLAIN prints it.</param>
/// <param name="Endpoint">The node that is read from.</param>
/// <param name="Channels">Its channels: one for each producing and consuming subtask.</param>
/// <param name="Frames">Frames that were sent.</param>
/// <param name="Bytes">Their bytes, as credit counts them.</param>
/// <param name="CreditWaits">How often a producer found no credit.</param>
public sealed record ExchangeMetrics(
    int NodeId, string Name, string Endpoint, int Channels, long Frames, long Bytes, long CreditWaits);
