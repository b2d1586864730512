using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Transport;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds the transport inside a process to the contract, on real threads.</summary>
public sealed class InProcessTransportTests : TransportContract
{
    protected override TransportWorld Open() => new InProcessWorld();
}
