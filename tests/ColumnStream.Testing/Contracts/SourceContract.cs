using System.Collections.Generic;
using System.Linq;
using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Engine.Storage;
using Xunit;

namespace ColumnStream.Testing.Contracts;

/// <summary>States what every bounded source keeps. Method: compare with the rows of one undisturbed run.</summary>
public abstract class SourceContract
{
    /// <summary>Gets the connector.</summary>
    protected abstract Connector Connector { get; }

    /// <summary>Gets a bounded table of at least 20 rows and two columns.</summary>
    protected abstract TableSpec Table { get; }

    /// <summary>Gets what opens buckets.</summary>
    protected virtual Func<string, IBucket> OpenBucket => Buckets.Unknown;

    [Fact]
    public void Every_row_comes_once_whatever_the_batch_size()
    {
        List<string> expected = Read(maxRows: 4096);
        Assert.True(expected.Count >= 20);
        Assert.True(Connector.IsBounded(Table));
        Assert.Equal(expected, Read(maxRows: 1));
        Assert.Equal(expected, Read(maxRows: 7));
    }

    [Fact]
    public void A_restart_behind_any_batch_gives_the_same_rows()
    {
        List<string> expected = Read(maxRows: 4096);
        for (int batches = 0; batches < 6; batches++)
        {
            var rows = new List<string>();
            ValueList<SplitState> positions;
            using (var first = new SourceRun(Connector, Table, maxRows: 3, openBucket: OpenBucket))
            {
                for (int i = 0; i < batches; i++)
                {
                    first.Poll(rows);
                }

                positions = first.Reader.Snapshot();
                first.Poll([]);
            }

            using var second = new SourceRun(Connector, Table, maxRows: 5, openBucket: OpenBucket);
            second.Reader.Restore(positions);
            rows.AddRange(second.ReadAll());
            Assert.Equal(expected, rows);
        }
    }

    [Fact]
    public void A_restart_at_the_end_gives_nothing_more()
    {
        using var first = new SourceRun(Connector, Table, openBucket: OpenBucket);
        first.ReadAll();
        using var second = new SourceRun(Connector, Table, openBucket: OpenBucket);
        second.Reader.Restore(first.Reader.Snapshot());
        Assert.Empty(second.ReadAll());
        Assert.Equal(SourcePoll.End, second.Poll([]));
    }

    [Fact]
    public void A_projection_gives_the_same_values()
    {
        string[] expected = [.. Read(maxRows: 4096).Select(row => row[3..^1].Split(", ")[0])];
        using var run = new SourceRun(Connector, Table, projection: [0], openBucket: OpenBucket);
        Assert.Equal(expected, run.ReadAll().Select(row => row[3..^1]));
        using var none = new SourceRun(Connector, Table, projection: [], openBucket: OpenBucket);
        Assert.Equal(expected.Length, none.ReadAll().Count);
    }

    [Fact]
    public void Several_readers_share_the_rows()
    {
        var rows = new List<string>();
        for (int subtask = 0; subtask < 3; subtask++)
        {
            using var run = new SourceRun(Connector, Table, subtask: subtask, parallelism: 3, openBucket: OpenBucket);
            rows.AddRange(run.ReadAll());
        }

        rows.Sort(StringComparer.Ordinal);
        Assert.Equal(Read(maxRows: 4096).Order(StringComparer.Ordinal), rows);
    }

    private List<string> Read(int maxRows)
    {
        using var run = new SourceRun(Connector, Table, maxRows, openBucket: OpenBucket);
        List<string> rows = run.ReadAll();
        Assert.Equal(SourcePoll.End, run.Poll([]));
        return rows;
    }
}
