using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Connectors;

/// <summary>Runs the contract of sources on generated rows.</summary>
public sealed class DataGenContractTests : SourceContract
{
    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("datagen");

    /// <inheritdoc/>
    protected override TableSpec Table { get; } = TableSpecs.Make(
        [("id", SqlType.BigInt), ("name", SqlType.String), ("amount", SqlType.Decimal(30, 4))],
        ("connector", "datagen"),
        ("rows-per-second", "0"),
        ("fields.id.kind", "sequence"),
        ("fields.id.start", "1"),
        ("fields.id.end", "45"),
        ("fields.name.length", "20"));
}
