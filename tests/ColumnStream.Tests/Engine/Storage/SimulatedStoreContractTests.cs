using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Tests.Engine.Storage;

/// <summary>The simulated store keeps the contract while it is told to fail nowhere.</summary>
public sealed class SimulatedStoreContractTests : ObjectStoreContract
{
    private readonly SimulatedObjectStore _store = new();

    protected override IObjectStore Open() => _store;
}
