using System;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>Carries the conversation in which a client shows who it is; payloads are the scheme's own.</summary>
/// <remarks>Response headers leave at the first read or write: clients take their token from there before they send anything.</remarks>
public sealed class FlightHandshake
{
    private readonly FrameWriter _responses;
    private readonly FlightStreamHooks _hooks;

    internal FlightHandshake(FrameWriter responses, FlightStreamHooks hooks)
    {
        _responses = responses;
        _hooks = hooks;
    }

    /// <summary>Reads the client's next payload, which may be empty; null where it says no more.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync()
    {
        FrameReader requests = await _hooks.OpenAsync().ConfigureAwait(false);
        if (!await requests.MoveNextAsync().ConfigureAwait(false))
        {
            return null;
        }

        Protos.HandshakeRequest request = await requests.ReadMessageAsync(Protos.HandshakeRequest.Parser).ConfigureAwait(false);
        return request.Payload.Memory;
    }

    /// <summary>Reads user and password of a payload as an older scheme packs them.</summary>
    /// <exception cref="GrpcException">The payload is something else.</exception>
    public static (string User, string Password) DecodeBasic(ReadOnlySpan<byte> payload)
    {
        Protos.BasicAuth basic = ProtoWire.Parse(Protos.BasicAuth.Parser, payload);
        return (basic.Username, basic.Password);
    }

    /// <summary>Sends a payload to the client.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> payload) =>
        _responses.WriteAsync(new Protos.HandshakeResponse { Payload = UnsafeByteOperations.UnsafeWrap(payload) });
}
