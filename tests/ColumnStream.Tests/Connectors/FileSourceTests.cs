using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: files are read once each, from any position, and faults are told. Method: small files in a new folder.</summary>
public sealed class FileSourceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static Connector Connector => OptionTests.Find("filesystem");

    internal static TableSpec Table(string path, params (string, string)[] options) => TableSpecs.Make(
        [("id", SqlType.BigInt), ("name", SqlType.String)],
        [("connector", "filesystem"), ("format", "json"), ("path", path), .. options]);

    /// <summary>Gets globs below a folder of a.json, b.json, sub/c.json and sub/deep/d.json, and the ids in the files that they choose.</summary>
    public static TheoryData<string, string> Globs { get; } = new()
    {
        { "*.json", "1 2" },
        { "a*", "1" },
        { "?.json", "1 2" },
        { "[b-c].json", "2" },
        { "{a,x}.json", "1" },
        { "**/*.json", "1 2 3 4" },
        { "s*/*.json", "3" },
        { "s*/**/d.json", "4" },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_gives_its_files_in_name_order_without_hidden_ones()
    {
        _folder.Write("b.json", Line(2));
        _folder.Write("a.json", Line(1) + "{\"id\":11,\"name\":\"last without newline\"}");
        _folder.Write("sub/c.json", Line(3));
        _folder.Write("_SUCCESS", "x");
        _folder.Write(".hidden", "x");
        _folder.Write("_temp/d.json", "x");
        Assert.Equal(
            ["+I[1, n1]", "+I[11, last without newline]", "+I[2, n2]", "+I[3, n3]"], Read(Table(_folder.Path)));
        Assert.Equal(["+I[2, n2]"], Read(Table("file://" + _folder.At("b.json"))));
    }

    [Theory]
    [MemberData(nameof(Globs))]
    public void A_glob_chooses(string glob, string ids)
    {
        _folder.Write("a.json", Line(1));
        _folder.Write("b.json", Line(2));
        _folder.Write("sub/c.json", Line(3));
        _folder.Write("sub/deep/d.json", Line(4));
        _folder.Write("notes.txt", "x");
        IEnumerable<string> read = Read(Table(_folder.At(glob)), [0]).Select(row => row[3..^1]);
        Assert.Equal(ids, string.Join(' ', read));
    }

    [Fact]
    public void A_regex_filters_by_the_whole_path()
    {
        _folder.Write("a.json", Line(1));
        _folder.Write("b.json", Line(2));
        Assert.Equal(["+I[2, n2]"], Read(Table(_folder.Path, ("source.path.regex-pattern", ".*/b\\.json"))));
        Assert.Empty(Read(Table(_folder.Path, ("source.path.regex-pattern", "b"))));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("missing/*.json")]
    public void A_path_that_names_nothing_is_an_error(string name)
    {
        var error = Assert.Throws<UserException>(() => Read(Table(_folder.At(name))));
        Assert.Contains($"'path' = '{_folder.At(name)}'", error.Message, StringComparison.Ordinal);
        Assert.Contains("job.sql:3:1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path", "s3://bucket/dir", "Expected a local path, file:// or oss://.")]
    [InlineData("source.monitor-interval", "0 s", "Expected a duration above 0.")]
    [InlineData("scan.parse-errors", "ignore", "Expected one of fail, skip, dead-letter.")]
    [InlineData("scan.parse-errors", "dead-letter", "'scan.dead-letter.path'")]
    [InlineData("source.path.regex-pattern", "(", "Expected a regular expression.")]
    [InlineData("fromat", "json", "Did you mean 'format'?")]
    public void A_wrong_option_is_told(string key, string value, string message)
    {
        TableSpec table = Table(_folder.Path).With((key, value));
        string text = Assert.Throws<UserException>(() => Connector.Validate(table, forRead: true)).Message;
        Assert.Contains(message, text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_at_every_row_of_lines_with_odd_ends_gives_the_same_rows()
    {
        _folder.Write("a.json", "\uFEFF" + Line(1) + "\r\n\n" + Line(2).Replace("\n", "\r\n", StringComparison.Ordinal) + Line(3));
        _folder.Write("b.json", "{\"id\":4,\"name\":\"ü\\u00e4\"}");
        TableSpec table = Table(_folder.Path);
        List<string> expected = Read(table);
        Assert.Equal(4, expected.Count);
        for (int count = 0; count <= 4; count++)
        {
            var rows = new List<string>();
            using var first = new SourceRun(Connector, table, maxRows: 1);
            for (int i = 0; i < count; i++)
            {
                first.Poll(rows);
            }

            using var second = new SourceRun(Connector, table);
            second.Reader.Restore(first.Reader.Snapshot());
            rows.AddRange(second.ReadAll());
            Assert.Equal(expected, rows);
        }
    }

    [Fact]
    public void A_bounded_restart_does_not_take_up_files_that_came_later()
    {
        _folder.Write("b.json", Line(2));
        using var first = new SourceRun(Connector, Table(_folder.Path));
        ValueList<SplitState> positions = first.Reader.Snapshot();
        _folder.Write("a.json", Line(1));
        using var second = new SourceRun(Connector, Table(_folder.Path));
        second.Reader.Restore(positions);
        Assert.Equal(["+I[2, n2]"], second.ReadAll());
    }

    [Fact]
    public void A_file_that_shrank_or_changed_or_went_since_the_checkpoint_is_an_error()
    {
        _folder.Write("a.json", Line(1) + Line(2) + Line(3));
        var first = new SourceRun(Connector, Table(_folder.Path), maxRows: 2);
        first.Poll([]);
        ValueList<SplitState> positions = first.Reader.Snapshot();
        first.Dispose();

        _folder.Write("a.json", Line(1));
        Assert.Contains("shorter", Resume(positions).Message, StringComparison.Ordinal);
        _folder.Write("a.json", Line(1) + Line(7) + Line(3));
        Assert.Contains("changed", Resume(positions).Message, StringComparison.Ordinal);
        File.Delete(_folder.At("a.json"));
        Assert.Contains("a.json", Resume(positions).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_monitored_folder_gives_new_lines_and_new_files_once_they_are_whole()
    {
        var clock = new ManualClock();
        _folder.Write("a.json", Line(1) + "{\"id\":2,");
        TableSpec table = Table(_folder.Path, ("source.monitor-interval", "1 s"));
        Assert.False(Connector.IsBounded(table));
        var run = new SourceRun(Connector, table, time: clock);
        Assert.Equal(["+I[1, n1]"], run.ReadAll());
        Assert.Equal(TimeSpan.FromSeconds(1), run.Delay);
        _folder.Append("a.json", "\"name\":\"n2\"}\n");
        Assert.Empty(run.ReadAll());
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(run.ReadAll());
        Assert.Equal(["+I[2, n2]"], run.ReadAll());
        ValueList<SplitState> positions = run.Reader.Snapshot();
        run.Dispose();

        _folder.Write("0.json", Line(5));
        _folder.Append("a.json", Line(3));
        using var second = new SourceRun(Connector, table, time: clock);
        second.Reader.Restore(positions);
        Assert.Equal(["+I[5, n5]", "+I[3, n3]"], second.ReadAll());
    }

    [Fact]
    public void Fail_gives_the_rows_before_and_then_names_the_place()
    {
        string path = _folder.Write("a.json", Line(1) + Line(2) + "{\"id\":\"x\"}\n" + Line(4));
        using var run = new SourceRun(Connector, Table(_folder.Path));
        var rows = new List<string>();
        Assert.Equal(SourcePoll.Batch, run.Poll(rows));
        Assert.Equal(2, rows.Count);
        var error = Assert.Throws<UserException>(() => run.Poll(rows));
        Assert.StartsWith($"{path}:3:", error.Message, StringComparison.Ordinal);
        Assert.Contains("'id'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_counts_and_warns_and_goes_on()
    {
        _folder.Write("a.json", Line(1) + "nonsense\n" + Line(2) + "{\"id\":1.5}\n");
        using var run = new SourceRun(Connector, Table(_folder.Path, ("scan.parse-errors", "skip")));
        Assert.Equal(["+I[1, n1]", "+I[2, n2]"], run.ReadAll());
        Assert.Equal(2, run.Counters["parseErrors"]);
        Assert.Equal(2, run.Warnings.Count);
    }

    [Fact]
    public void Dead_letters_are_written_once_over_restarts()
    {
        _folder.Write("in/a.json", Line(1) + "nonsense\n" + Line(2) + "{\"id\":1.5}\n" + Line(3));
        File.AppendAllBytes(_folder.At("in/a.json"), [.. "{\"id\":\""u8, 0xFF, .. "\"}\n"u8]);
        string letters = _folder.At("bad/letters.jsonl");
        TableSpec table = Table(
            _folder.At("in"), ("scan.parse-errors", "dead-letter"), ("scan.dead-letter.path", letters));
        var first = new SourceRun(Connector, table, maxRows: 1);
        ValueList<SplitState> positions = first.Reader.Snapshot();
        first.Poll([]);
        first.Poll([]);
        first.Dispose();
        Assert.Single(File.ReadAllLines(letters));

        using var second = new SourceRun(Connector, table);
        second.Reader.Restore(positions);
        Assert.Equal(3, second.ReadAll().Count);
        string[] lines = File.ReadAllLines(letters);
        Assert.Equal(3, lines.Length);
        JsonElement letter = JsonDocument.Parse(lines[0]).RootElement;
        Assert.Equal(_folder.At("in/a.json"), letter.GetProperty("file").GetString());
        Assert.Equal(Line(1).Length, letter.GetProperty("offset").GetInt64());
        Assert.Equal(2, letter.GetProperty("line").GetInt64());
        Assert.Equal("nonsense", letter.GetProperty("raw").GetString());
        Assert.Equal("id", JsonDocument.Parse(lines[1]).RootElement.GetProperty("field").GetString());
        Assert.Contains((byte)0xFF, JsonDocument.Parse(lines[2]).RootElement.GetProperty("raw_base64").GetBytesFromBase64());
    }

    private static string Line(int id) => $"{{\"id\":{id},\"name\":\"n{id}\"}}\n";

    private static List<string> Read(TableSpec table, int[]? projection = null)
    {
        using var run = new SourceRun(Connector, table, projection: projection);
        return run.ReadAll();
    }

    private ExternalException Resume(ValueList<SplitState> positions)
    {
        using var run = new SourceRun(Connector, Table(_folder.Path));
        run.Reader.Restore(positions);
        return Assert.Throws<ExternalException>(run.ReadAll);
    }
}
