using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;

namespace ColumnStream.Tests.Connectors.Buckets;

/// <summary>Runs the contract of sinks on objects of a bucket whose server fails now and then, also behind what it has done.</summary>
public sealed class BucketSinkContractTests : SinkContract, IDisposable
{
    private readonly EmulatedBuckets _buckets = new();

    public BucketSinkContractTests() => _buckets.FailAtTimes(
        11, OssFault.ErrorBefore, OssFault.ErrorBehind, OssFault.ResetBehind, OssFault.Throttled);

    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("filesystem");

    /// <inheritdoc/>
    protected override TableSpec Table => FileSourceTests.Table("oss://cs-bucket/out");

    /// <inheritdoc/>
    public void Dispose() => _buckets.Dispose();

    /// <inheritdoc/>
    protected override SinkRun Start() => new(Connector, Table, with: c => c with { OpenBucket = _buckets.Open });

    /// <inheritdoc/>
    protected override IReadOnlyList<long> ReadVisible()
    {
        if (_buckets.Emulator.Keys.Count == 0)
        {
            return [];
        }

        using var run = new SourceRun(Connector, Table, projection: [0], openBucket: _buckets.Open);
        return [.. run.ReadAll().Select(row => long.Parse(row[3..^1], CultureInfo.InvariantCulture))];
    }
}
