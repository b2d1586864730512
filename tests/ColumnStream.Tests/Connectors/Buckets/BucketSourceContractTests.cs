using System;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;

namespace ColumnStream.Tests.Connectors.Buckets;

/// <summary>Runs the contract of sources on objects of a bucket, whose server fails now and then.</summary>
public sealed class BucketSourceContractTests : SourceContract, IDisposable
{
    private readonly EmulatedBuckets _buckets = new();

    public BucketSourceContractTests()
    {
        for (int file = 0; file < 3; file++)
        {
            _buckets.Put(
                $"in/f{file}.json",
                string.Concat(Enumerable.Range(0, 11).Select(i => $"{{\"id\":{(file * 100) + i},\"name\":\"n{i}\"}}\n")));
        }

        _buckets.FailAtTimes(7, OssFault.ErrorBefore, OssFault.HalfBody, OssFault.ResetBefore);
    }

    /// <inheritdoc/>
    protected override Connector Connector => OptionTests.Find("filesystem");

    /// <inheritdoc/>
    protected override TableSpec Table => FileSourceTests.Table("oss://cs-bucket/in");

    /// <inheritdoc/>
    protected override Func<string, IBucket> OpenBucket => _buckets.Open;

    /// <inheritdoc/>
    public void Dispose() => _buckets.Dispose();
}
