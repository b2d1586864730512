using System;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Engine.Storage;

/// <summary>Memory keeps the contract of stores.</summary>
public sealed class MemoryStoreContractTests : ObjectStoreContract
{
    private readonly MemoryObjectStore _store = new(TimeProvider.System);

    protected override IObjectStore Open() => _store;
}
