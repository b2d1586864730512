using System;
using System.Collections.Generic;
using System.Linq;
using Google.Protobuf;

namespace ColumnStream.Flight;

/// <summary>States one part of a stream: its ticket, and where it is served.</summary>
/// <param name="Ticket">What <see cref="FlightClient.DoGetAsync"/> is given.</param>
public sealed record FlightEndpoint(ReadOnlyMemory<byte> Ticket)
{
    /// <summary>Gets the location that means: the connection on which this was asked.</summary>
    public const string SameConnection = "arrow-flight-reuse-connection://?";

    /// <summary>Gets the addresses that serve the ticket; none means the server that was asked.</summary>
    public IReadOnlyList<string> Locations { get; init; } = [];

    /// <summary>Gets until when the ticket is good, or null.</summary>
    public DateTimeOffset? Expiration { get; init; }

    /// <summary>Gets the application's own bytes.</summary>
    public ReadOnlyMemory<byte> AppMetadata { get; init; }

    internal static FlightEndpoint FromMessage(Protos.FlightEndpoint message) => new(message.Ticket?.Ticket_.Memory ?? default)
    {
        Locations = [.. message.Location.Select(l => l.Uri)],
        Expiration = FlightTime.FromMessage(message.ExpirationTime),
        AppMetadata = message.AppMetadata.Memory,
    };

    internal Protos.FlightEndpoint ToMessage()
    {
        var message = new Protos.FlightEndpoint
        {
            Ticket = new Protos.Ticket { Ticket_ = UnsafeByteOperations.UnsafeWrap(Ticket) },
            ExpirationTime = FlightTime.ToMessage(Expiration),
            AppMetadata = UnsafeByteOperations.UnsafeWrap(AppMetadata),
        };
        message.Location.Add(Locations.Select(l => new Protos.Location { Uri = l }));
        return message;
    }
}
