using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Transport;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds Flight over Unix sockets to the contract.</summary>
public sealed class FlightSocketTransportTests : TransportContract
{
    protected override TransportWorld Open() => new FlightWorld("unix");
}
