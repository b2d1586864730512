using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Transport;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds Flight over TLS with certificates of both ends to the contract.</summary>
public sealed class FlightTlsTransportTests : TransportContract
{
    protected override TransportWorld Open() => new FlightWorld("https");
}
