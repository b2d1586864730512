using System;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>Writes a server's answers to an upload: the application's own bytes.</summary>
public sealed class FlightResultWriter
{
    private readonly FrameWriter _frames;

    internal FlightResultWriter(FrameWriter frames) => _frames = frames;

    /// <summary>Writes an answer, which is sent at once.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> appMetadata) =>
        _frames.WriteAsync(new Protos.PutResult { AppMetadata = UnsafeByteOperations.UnsafeWrap(appMetadata) });
}
