using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Oss;
using Xunit;

namespace ColumnStream.Tests.Connectors.Buckets;

/// <summary>
/// Goal: objects are whole, carry their run, and are neither doubled nor lost whatever the server answers.
/// Method: look into the emulated bucket between the calls, take uploads away, and let two runs write at once.
/// </summary>
public sealed class BucketSinkTests : IDisposable
{
    private readonly EmulatedBuckets _buckets = new();

    private static Connector Connector => OptionTests.Find("filesystem");

    private static TableSpec Table => FileSourceTests.Table("oss://cs-bucket/a/out");

    private IReadOnlyList<string> Keys => _buckets.Emulator.Keys;

    public void Dispose() => _buckets.Dispose();

    [Fact]
    public void A_part_is_an_upload_first_and_then_an_object_of_its_run()
    {
        using SinkRun run = Start(3, subtask: 1, parallelism: 2);
        run.Write(1);
        IReadOnlyList<string> committables = run.Sink.Prepare(7);
        Assert.Empty(Keys);
        Assert.Equal(1, _buckets.Emulator.PendingUploads);
        run.Sink.Commit(7, committables);
        Assert.Matches("^a/out/part-[0-9a-f]{8}-1-n3-3-0\\.jsonl$", Assert.Single(Keys));
        Assert.Equal("{\"id\":1,\"name\":\"n1\"}\n", _buckets.Text(""));
        Assert.Equal(0, _buckets.Emulator.PendingUploads);
        JsonNode upload = JsonNode.Parse(committables[0])!["Upload"]!;
        Assert.Equal(21, (int)upload["Length"]!);
        Assert.Equal("\"", ((string)upload["Parts"]![0]!["ETag"]!)[..1]);
    }

    [Fact]
    public void Large_parts_travel_in_parts_and_are_closed_at_the_size_limit()
    {
        long[] ids = [.. Enumerable.Range(0, 20_000).Select(i => (long)i)];
        using (SinkRun run = Start(1, table: Table.With(("sink.rolling-policy.file-size", "300 kb"))))
        {
            foreach (long[] some in ids.Chunk(1_000))
            {
                run.Write(some);
            }

            run.Finish(1);
        }

        Assert.True(Keys.Count > 1);
        Assert.True(_buckets.Emulator.Calls.Count(c => c.Parameter("partNumber") == "3") > 1);
        Assert.Equal(
            string.Concat(ids.Select(i => $"{{\"id\":{i},\"name\":\"n{i}\"}}\n")), _buckets.Text("a/out/"));
        Assert.Equal(ids, Read(Table));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("arrow")]
    [InlineData("json")]
    [InlineData("debezium-json")]
    public void Every_format_comes_back(string format)
    {
        TableSpec table = Table.With(("format", format));
        long[] ids = [.. Enumerable.Range(0, 30_000).Select(i => (long)i)];
        using (SinkRun run = Start(1, table: table))
        {
            foreach (long[] some in ids.Chunk(3_000))
            {
                run.Write(some);
            }

            run.Finish(1);
        }

        Assert.Equal(ids, Read(table));
    }

    /// <summary>With a blind abort, a run that was halted in its start and wakes would take a live run's rows away.</summary>
    [Fact]
    public void Runs_that_ended_leave_nothing_and_those_that_live_lose_nothing()
    {
        using (SinkRun dead = Start(1, subtask: 3, parallelism: 4))
        {
            dead.Write(1);
            dead.Sink.Prepare(1);
        }

        using SinkRun other = Start(1, uid: "sink-2");
        other.Write(9);
        IReadOnlyList<string> others = other.Sink.Prepare(1);
        using SinkRun zombie = Start(2);
        zombie.Write(2);
        IReadOnlyList<string> late = zombie.Sink.Prepare(1);
        using SinkRun live = Start(3, parallelism: 2);
        using SinkRun sibling = Start(3, subtask: 1, parallelism: 2);
        sibling.Write(4);
        IReadOnlyList<string> siblings = sibling.Sink.Prepare(2);
        live.Write(3);
        IReadOnlyList<string> lives = live.Sink.Prepare(2);
        _buckets.Emulator.MostListed = 1;
        live.Sink.CleanUp();
        Assert.Equal(3, _buckets.Emulator.PendingUploads);
        zombie.Sink.CleanUp();
        Assert.Equal(3, _buckets.Emulator.PendingUploads);
        ExternalException lost = Assert.Throws<ExternalException>(() => zombie.Sink.Commit(1, late));
        Assert.Equal((5012, false), (lost.Code, lost.IsRetryable));
        live.Sink.Commit(2, lives);
        sibling.Sink.Commit(2, siblings);
        other.Sink.Commit(1, others);
        Assert.Equal([3L, 4, 9], Read(Table).Order());
        Assert.Equal(0, _buckets.Emulator.PendingUploads);
    }

    [Fact]
    public void An_upload_that_is_lost_damaged_or_overtaken_is_an_error_that_names_the_object()
    {
        using SinkRun run = Start(1);
        run.Write(1);
        string committable = Assert.Single(run.Sink.Prepare(1));
        JsonNode damaged = JsonNode.Parse(committable)!;
        damaged["Upload"]!["Parts"]![0]!["ETag"] = "\"00000000000000000000000000000000\"";
        Refused("InvalidPart", damaged.ToJsonString());

        string key = "a/out/" + (string)damaged["Final"]!;
        _buckets.Put(key, "{\"id\":2,\"name\":\"n2\"}\n");
        Refused("exists with other content", committable);
        _buckets.Delete(key);

        string id = (string)damaged["Upload"]!["Id"]!;
        _buckets.Abort(key, id);
        Refused("NoSuchUpload", committable);
        _buckets.Put(key, "{\"id\":1,\"name\":\"n1\"}\n");
        run.Sink.Commit(1, [committable]);

        void Refused(string why, string text)
        {
            ExternalException failure = Assert.Throws<ExternalException>(() => run.Sink.Commit(1, [text]));
            Assert.Equal((5012, false), (failure.Code, failure.IsRetryable));
            Assert.Contains("oss://cs-bucket/a/out/part-", failure.Message, StringComparison.Ordinal);
            Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Two jobs that go on from one savepoint have one name and count the same epochs.</summary>
    [Fact]
    public void Two_lives_of_a_job_share_a_folder_and_no_upload()
    {
        using SinkRun first = Start(1, lineage: "first");
        first.Write(1);
        IReadOnlyList<string> firsts = first.Sink.Prepare(5);
        using SinkRun second = Start(2, lineage: "second");
        second.Sink.CleanUp();
        second.Write(2);
        second.Finish(5);
        first.Sink.Commit(5, firsts);
        Assert.Equal([1L, 2], Read(Table).Order());
    }

    [Theory]
    [InlineData(OssFault.ErrorBehind)]
    [InlineData(OssFault.ResetBehind)]
    [InlineData(OssFault.SilenceBehind)]
    public void A_commit_whose_answer_is_lost_was_done(OssFault fault)
    {
        _buckets.Options["fs.oss.connection.timeout"] = "500";
        using SinkRun run = Start(1);
        run.Write(1);
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        int completions = 0;
        _buckets.Emulator.Fault = call =>
            call.Method == "POST" && call.Parameter("uploadId") is not null && completions++ == 0 ? fault : OssFault.None;
        run.Sink.Commit(1, committables);
        Assert.True(completions > 1);
        run.Sink.Commit(1, committables);
        Assert.Equal("{\"id\":1,\"name\":\"n1\"}\n", _buckets.Text(""));
    }

    [Fact]
    public void A_server_that_is_gone_is_an_error_to_try_again_and_a_part_not_prepared_goes_with_the_sink()
    {
        _buckets.Options["fs.oss.attempts.maximum"] = "2";
        using (SinkRun run = Start(1))
        {
            run.Write(1);
            _buckets.Emulator.Fault = call => call.Parameter("partNumber") is null ? OssFault.None : OssFault.Throttled;
            ExternalException failure = Assert.Throws<ExternalException>(() => run.Sink.Prepare(1));
            Assert.True(failure.IsRetryable);
        }

        Assert.Equal(0, _buckets.Emulator.PendingUploads);
    }

    [Fact]
    public void A_committable_of_a_folder_is_refused_in_a_bucket()
    {
        using SinkRun run = Start(1);
        string local = "{\"Temp\":\"x\",\"Final\":\"y\",\"Length\":0,\"Crc\":0}";
        Assert.Equal(5011, Assert.Throws<ExternalException>(() => run.Sink.Commit(1, [local])).Code);
        string half = "{\"Temp\":\"x\",\"Final\":\"y\",\"Length\":0,\"Crc\":0,\"Upload\":{\"Id\":\"1\"}}";
        Assert.Equal(5011, Assert.Throws<ExternalException>(() => run.Sink.Commit(1, [half])).Code);
    }

    private SinkRun Start(
        long generation, TableSpec? table = null, string uid = "sink-1", int subtask = 0, int parallelism = 1,
        string lineage = "job") => new(
        Connector, table ?? Table, uid, subtask, parallelism,
        context => context with { Generation = generation, RunNonce = $"n{generation}", Lineage = lineage, OpenBucket = _buckets.Open });

    private IEnumerable<long> Read(TableSpec table)
    {
        using var run = new SourceRun(Connector, table, projection: [0], openBucket: _buckets.Open);
        return [.. run.ReadAll().Select(row => long.Parse(row[3..^1], System.Globalization.CultureInfo.InvariantCulture))];
    }
}
