namespace ColumnStream.Runtime.Transport;

/// <summary>Shows what a node exchanged with another so far, or with all that read from it.</summary>
/// <param name="Endpoint">The node that was read from: another, or this one.</param>
/// <param name="IsConsumer">Whether this node reads there; else others read from it.</param>
/// <param name="Links">Links that are open now.</param>
/// <param name="Channels">Channels that are open now.</param>
/// <param name="Frames">Frames that came, or were sent.</param>
/// <param name="Bytes">Their bytes, as credit counts them.</param>
/// <param name="CreditWaits">How often a sender found no credit; known where frames are sent.</param>
/// <param name="Connects">Links that were opened: one, and one more for each that was opened again.</param>
/// <param name="LostLinks">Links that were lost by a failure.</param>
/// <param name="ChecksumErrors">Frames that were changed on their way.</param>
public sealed record LinkMetrics(
    string Endpoint, bool IsConsumer, int Links, int Channels, long Frames, long Bytes, long CreditWaits, long Connects,
    long LostLinks, long ChecksumErrors);
