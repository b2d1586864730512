using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Script;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: a test can feed rows, know that they were read, and read them again after a restart.</summary>
public sealed class ScriptTests
{
    private readonly ScriptRegistry _registry = new();

    private Connector Connector =>
        ConnectorTable.Create(TextWriter.Null, TextWriter.Null, _registry).First(c => c.Name == "script");

    private static TableSpec Table { get; } = TableSpecs.Make(
        [("ts", SqlType.Timestamp(3)), ("price", SqlType.Decimal(10, 2)), ("name", SqlType.String)],
        ("connector", "script"));

    [Fact]
    public void Rows_come_with_their_kinds_as_they_are_fed()
    {
        ScriptTable feed = _registry.Table("t");
        using var run = new SourceRun(Connector, Table);
        var rows = new List<string>();
        Assert.Equal(SourcePoll.Idle, run.Poll(rows));
        Assert.True(feed.IsDrained);
        feed.Feed("+I 12:00:01 10 'two words'");
        feed.Feed(RowKind.Delete, "2026-01-02 03:04:05.678", null, "it's");
        Assert.Equal(2, run.Wakes);
        Assert.False(feed.IsDrained);
        Assert.Equal(SourcePoll.Batch, run.Poll(rows));
        Assert.False(feed.IsDrained);
        Assert.Equal(SourcePoll.Idle, run.Poll(rows));
        Assert.True(feed.IsDrained);
        Assert.Equal(
            ["+I[1970-01-01 12:00:01.000, 10.00, two words]", "-D[2026-01-02 03:04:05.678, null, it's]"], rows);
        feed.End();
        Assert.Equal(SourcePoll.End, run.Poll(rows));
    }

    [Fact]
    public void A_restart_reads_again_from_its_position()
    {
        ScriptTable feed = _registry.Table("t");
        feed.Feed("12:00:01 1 a");
        feed.Feed("12:00:02 2 b");
        feed.End();
        using var first = new SourceRun(Connector, Table, maxRows: 1);
        first.Poll([]);
        using var second = new SourceRun(Connector, Table, projection: [2]);
        second.Reader.Restore(first.Reader.Snapshot());
        Assert.Equal(["+I[b]"], second.ReadAll());
    }

    [Fact]
    public void A_value_that_does_not_fit_is_named()
    {
        _registry.Table("t").Feed("12:00:01 ten a");
        using var run = new SourceRun(Connector, Table);
        var error = Assert.Throws<UserException>(() => run.Poll([]));
        Assert.Contains("DECIMAL(10, 2): 'ten'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_prints_as_it_is_read()
    {
        var row = new ScriptRow(RowKind.UpdateAfter, ["a b", null, "", "it's", "NULL"]);
        Assert.Equal("+U 'a b' NULL '' 'it''s' 'NULL'", row.ToString());
        ScriptRow again = ScriptRow.Parse(row.ToString());
        Assert.Equal(row.Kind, again.Kind);
        string?[] expected = ["a b", null, "", "it's"];
        Assert.Equal<IEnumerable<string?>>(expected, again.Values.Take(4));
    }
}
