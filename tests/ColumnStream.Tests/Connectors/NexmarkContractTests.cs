using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Connectors;

/// <summary>Runs the contract of sources on Nexmark.</summary>
public sealed class NexmarkContractTests : SourceContract
{
    /// <inheritdoc/>
    protected override Connector Connector => NexmarkTests.Connector;

    /// <inheritdoc/>
    protected override TableSpec Table { get; } = NexmarkTests.Auctions.With(("nexmark.events", "700"));
}
