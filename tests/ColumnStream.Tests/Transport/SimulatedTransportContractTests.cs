using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Transport;

namespace ColumnStream.Tests.Transport;

/// <summary>Holds the simulated transport to the contract, with another seed in each run of a test.</summary>
public sealed class SimulatedTransportContractTests : TransportContract
{
    protected override TransportWorld Open() => new SimulatedWorld(seed: 7);
}
