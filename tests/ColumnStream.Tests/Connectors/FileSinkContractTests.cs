using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;

namespace ColumnStream.Tests.Connectors;

/// <summary>Runs the contract of sinks on a folder of JSON parts, read back by the source.</summary>
public sealed class FileSinkContractTests : SinkContract, IDisposable
{
    private readonly TempFolder _folder = new();

    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("filesystem");

    /// <inheritdoc/>
    protected override TableSpec Table => FileSourceTests.Table(_folder.Path);

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    /// <inheritdoc/>
    protected override IReadOnlyList<long> ReadVisible()
    {
        using var run = new SourceRun(Connector, Table, projection: [0]);
        return [.. run.ReadAll().Select(row => long.Parse(row[3..^1], CultureInfo.InvariantCulture))];
    }
}
