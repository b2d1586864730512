using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Connectors.Buckets;

/// <summary>Goal: a path in a bucket means what it means on a disk, and another object in the place of one is noticed.</summary>
public sealed class BucketSourceTests : IDisposable
{
    private readonly EmulatedBuckets _buckets = new();

    private static Connector Connector => OptionTests.Find("filesystem");

    public void Dispose() => _buckets.Dispose();

    [Fact]
    public void A_folder_gives_its_objects_in_name_order_without_hidden_ones()
    {
        _buckets.Put("d/b.json", Line(2));
        _buckets.Put("d/a.json", Line(1));
        _buckets.Put("d/sub/c d+\u00e9.json", Line(3));
        _buckets.Put("d/_SUCCESS", "x");
        _buckets.Put("d/.hidden", "x");
        _buckets.Put("d/_temp/d.json", "x");
        _buckets.Put("d/sub/", "");
        _buckets.Put("dd/e.json", Line(9));
        Assert.Equal([1L, 2, 3], Read("oss://cs-bucket/d"));
        Assert.Equal([1L, 2, 3], Read("oss://cs-bucket/d/"));
        Assert.Equal([2L], Read("OSS://cs-bucket/d/b.json"));
        Assert.Equal([3L], Read("oss://cs-bucket/d/sub/c d+\u00e9.json"));
    }

    [Theory]
    [MemberData(nameof(FileSourceTests.Globs), MemberType = typeof(FileSourceTests))]
    public void A_glob_chooses_as_on_a_disk(string glob, string ids)
    {
        _buckets.Put("d/a.json", Line(1));
        _buckets.Put("d/b.json", Line(2));
        _buckets.Put("d/sub/c.json", Line(3));
        _buckets.Put("d/sub/deep/d.json", Line(4));
        _buckets.Put("d/.x.json", Line(5));
        _buckets.Put("d/notes.txt", "x");
        Assert.Equal(ids, string.Join(' ', Read("oss://cs-bucket/d/" + glob)));
    }

    [Theory]
    [InlineData("oss://cs-bucket/missing")]
    [InlineData("oss://cs-bucket/missing/*.json")]
    public void A_path_that_names_nothing_is_an_error(string path)
    {
        UserException error = Assert.Throws<UserException>(() => Read(path).Count());
        Assert.Contains($"'path' = '{path}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("oss://")]
    [InlineData("oss:///d")]
    [InlineData("oss://Big_Bucket/d")]
    [InlineData("oss://user:secret@bucket/d")]
    [InlineData("s3://bucket/d")]
    public void A_path_that_cannot_be_one_is_refused(string path)
    {
        UserException error = Assert.Throws<UserException>(() => Connector.Validate(FileSourceTests.Table(path), forRead: true));
        Assert.Equal(3111, error.Code);
        Assert.Contains("oss://", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_goes_on_in_the_middle_and_notices_another_object()
    {
        string lines = string.Concat(Enumerable.Range(0, 100).Select(i => Line(i)));
        _buckets.Put("d/a.json", lines);
        ValueList<SplitState> positions;
        var rows = new List<string>();
        using (SourceRun first = Start("oss://cs-bucket/d", maxRows: 10))
        {
            while (rows.Count < 30)
            {
                first.Poll(rows);
            }

            positions = first.Reader.Snapshot();
        }

        int before = _buckets.Emulator.Calls.Count;
        using (SourceRun second = Start("oss://cs-bucket/d", maxRows: 10))
        {
            second.Reader.Restore(positions);
            rows.AddRange(second.ReadAll());
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"+I[{i}, n{i}]"), rows);
        Assert.Contains(
            _buckets.Emulator.Calls.Skip(before), c => c.Header("range")?.StartsWith("bytes=6", StringComparison.Ordinal) == true);

        _buckets.Put("d/a.json", lines + Line(100));
        using SourceRun third = Start("oss://cs-bucket/d");
        third.Reader.Restore(positions);
        ExternalException changed = Assert.Throws<ExternalException>(() => third.ReadAll());
        Assert.Equal(5013, changed.Code);
        Assert.Contains("oss://cs-bucket/d/a.json", changed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_object_while_one_is_read_is_an_error_and_no_mixture()
    {
        string lines = string.Concat(Enumerable.Range(0, 200_000).Select(i => Line(i)));
        _buckets.Put("d/a.json", lines);
        using SourceRun run = Start("oss://cs-bucket/d");
        var rows = new List<string>();
        while (rows.Count == 0)
        {
            run.Poll(rows);
        }

        _buckets.Put("d/a.json", lines.Replace("n", "m", StringComparison.Ordinal));
        _buckets.Emulator.Fault = static call => call.Method == "GET" ? OssFault.HalfBody : OssFault.None;
        try
        {
            rows.AddRange(run.ReadAll());
            Assert.Equal(200_000, rows.Count);
        }
        catch (ExternalException changed)
        {
            Assert.Contains("oss://cs-bucket/d/a.json", changed.Message, StringComparison.Ordinal);
        }

        Assert.All(rows, static row => Assert.DoesNotContain('m', row));
    }

    [Fact]
    public void A_monitored_folder_takes_new_objects_each_once()
    {
        var clock = new ManualClock();
        TableSpec table = FileSourceTests.Table("oss://cs-bucket/d", ("source.monitor-interval", "10 s"));
        using var run = new SourceRun(Connector, table, time: clock, openBucket: _buckets.Open);
        Assert.Empty(run.ReadAll());
        _buckets.Put("d/a.json", Line(1));
        Assert.Empty(run.ReadAll());
        Assert.Equal(["+I[1, n1]"], Later());
        _buckets.Put("d/b.json", Line(2).TrimEnd());
        Assert.Equal(["+I[2, n2]"], Later());
        Assert.Empty(Later());

        // The first round lists, the second one reads what is new.
        IEnumerable<string> Later()
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            return [.. run.ReadAll(), .. run.ReadAll()];
        }
    }

    private static string Line(long id) => $"{{\"id\":{id},\"name\":\"n{id}\"}}\n";

    private SourceRun Start(string path, int maxRows = 4096) =>
        new(Connector, FileSourceTests.Table(path), maxRows, openBucket: _buckets.Open);

    private IEnumerable<long> Read(string path)
    {
        using SourceRun run = Start(path);
        return [.. run.ReadAll().Select(row => long.Parse(row[3..row.IndexOf(',', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture))];
    }
}
