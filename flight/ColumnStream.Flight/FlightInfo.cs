using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight.Grpc;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>States where the parts of a stream can be read, and what is known of it.</summary>
public sealed record FlightInfo
{
    /// <summary>Gets the schema as an encapsulated IPC message; empty where it is not known.</summary>
    public ReadOnlyMemory<byte> SchemaMessage { get; init; }

    /// <summary>Gets the descriptor that was asked about, or null.</summary>
    public FlightDescriptor? Descriptor { get; init; }

    /// <summary>Gets the parts.</summary>
    public IReadOnlyList<FlightEndpoint> Endpoints { get; init; } = [];

    /// <summary>Gets the rows of all parts, or -1.</summary>
    public long TotalRecords { get; init; } = -1;

    /// <summary>Gets the bytes of all parts, or -1.</summary>
    public long TotalBytes { get; init; } = -1;

    /// <summary>Gets whether the parts follow each other in the order of the data.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>Gets the application's own bytes.</summary>
    public ReadOnlyMemory<byte> AppMetadata { get; init; }

    /// <summary>Gets the schema as clients are to read it; encoded when set.</summary>
    public Schema Schema
    {
        init => SchemaMessage = IpcMessageEncoder.Encapsulate(value);
    }

    /// <summary>Decodes the schema, or returns null where it is not known.</summary>
    /// <exception cref="IpcException">The bytes are not a schema.</exception>
    public Schema? DecodeSchema(IpcReaderOptions? options = null) =>
        SchemaMessage.IsEmpty ? null : IpcMessageDecoder.DecodeSchema(SchemaMessage.Span, options);

    /// <summary>Decodes serialized bytes, as actions carry them.</summary>
    /// <exception cref="GrpcException">The bytes are not a FlightInfo.</exception>
    public static FlightInfo FromBytes(ReadOnlySpan<byte> bytes) => FromMessage(ProtoWire.Parse(Protos.FlightInfo.Parser, bytes));

    /// <summary>Serializes, as actions carry it.</summary>
    public byte[] ToBytes() => ToMessage().ToByteArray();

    internal static FlightInfo FromMessage(Protos.FlightInfo message) => new()
    {
        SchemaMessage = message.Schema.Memory,
        Descriptor = FlightDescriptor.FromMessage(message.FlightDescriptor),
        Endpoints = [.. message.Endpoint.Select(FlightEndpoint.FromMessage)],
        TotalRecords = message.TotalRecords,
        TotalBytes = message.TotalBytes,
        IsOrdered = message.Ordered,
        AppMetadata = message.AppMetadata.Memory,
    };

    internal Protos.FlightInfo ToMessage()
    {
        var message = new Protos.FlightInfo
        {
            Schema = UnsafeByteOperations.UnsafeWrap(SchemaMessage),
            FlightDescriptor = Descriptor?.ToMessage(),
            TotalRecords = TotalRecords,
            TotalBytes = TotalBytes,
            Ordered = IsOrdered,
            AppMetadata = UnsafeByteOperations.UnsafeWrap(AppMetadata),
        };
        message.Endpoint.Add(Endpoints.Select(e => e.ToMessage()));
        return message;
    }
}
