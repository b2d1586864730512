using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Transport;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds Flight over HTTP/2 on loopback to the contract.</summary>
public sealed class FlightPlainTransportTests : TransportContract
{
    protected override TransportWorld Open() => new FlightWorld("http");
}
