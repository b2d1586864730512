using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Connectors;

/// <summary>Runs the contract of sinks on a table in memory.</summary>
public sealed class ScriptSinkContractTests : SinkContract
{
    private readonly ScriptRegistry _registry = new();

    /// <inheritdoc/>
    protected override Connector Connector =>
        ConnectorTable.Create(TextWriter.Null, TextWriter.Null, _registry).First(c => c.Name == "script");

    /// <inheritdoc/>
    protected override TableSpec Table { get; } = TableSpecs.Make(
        [("id", SqlType.BigInt), ("name", SqlType.String)], ("connector", "script"));

    /// <inheritdoc/>
    protected override IReadOnlyList<long> ReadVisible() =>
        [.. _registry.Table("t").Committed.Select(row => long.Parse(row.Values[0]!, CultureInfo.InvariantCulture))];
}
