using System;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Makes the errors of links, channels and requests.</summary>
public static class TransportFailure
{
    internal const int LostCode = 5070;
    internal const int ProtocolCode = 5071;
    internal const int FencedCode = 5072;
    internal const int TimeoutCode = 5073;
    internal const int RequestCode = 5074;
    internal const int NotOfferedCode = 5075;
    internal const int ClosedCode = 5076;

    /// <summary>Says that a node cannot be reached, or that a connection to it broke.</summary>
    public static ExternalException Lost(string peer, string why, Exception? cause = null) =>
        new(LostCode, $"Connection to another node is lost: {peer}. {why}", retryable: true, cause);

    /// <summary>Says that what arrived cannot be what was sent.</summary>
    public static ExternalException Protocol(string what) => new(ProtocolCode, what, retryable: true);

    /// <summary>Says that a request was not answered in time.</summary>
    public static ExternalException Timeout(string peer, TimeSpan limit) => new(
        TimeoutCode, $"Node did not answer within {limit.TotalMilliseconds:0} ms: {peer}.", retryable: true);

    /// <summary>Says that a newer attempt at the job has taken the place of this one.</summary>
    internal static ExternalException Fenced(ChannelId id, FencingToken token, FencingToken newer) => new(
        FencedCode, $"Attempt of a job is overtaken: {id}, attempt {token}, a newer one is known: {newer}.", retryable: false);

    internal static ExternalException NotOffered(ChannelId id, FencingToken token) => new(
        NotOfferedCode, $"Node has no such channel: {id}, attempt {token}.", retryable: true);

    internal static ExternalException Closed(string what) => new(ClosedCode, what, retryable: true);

    /// <summary>Makes the error that the other end named.</summary>
    internal static ExternalException Remote(WireMessage message) => new(
        message.First is > 0 and < 10000 ? (int)message.First : LostCode, message.Text, retryable: message.Second != 0);

    /// <summary>Makes the message that names an error to the other end.</summary>
    internal static WireMessage Message(WireKind kind, uint channel, Exception failure)
    {
        var known = failure as ColumnStreamException;
        bool retryable = failure is not ExternalException external || external.IsRetryable;
        return new WireMessage(kind, channel, known?.Code ?? LostCode, retryable ? 1 : 0) { Text = failure.Message };
    }
}
