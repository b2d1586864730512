using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: parts are whole, named as promised and never doubled. Method: look into the folder between the calls.</summary>
public sealed class FileSinkTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static Connector Connector => OptionTests.Find("filesystem");

    private TableSpec Table => FileSourceTests.Table(_folder.At("out"));

    private string[] Files =>
        [.. Directory.GetFiles(_folder.At("out")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_part_has_a_hidden_name_first_and_then_one_of_sink_subtask_epoch_and_index()
    {
        using var run = new SinkRun(Connector, Table, subtask: 1, parallelism: 2);
        run.Write(1);
        Assert.Matches("^\\.part-[0-9a-f]{8}-1-0-run-0\\.inprogress$", Assert.Single(Files));
        run.Finish(7);
        Assert.Matches("^part-[0-9a-f]{8}-1-7-0\\.jsonl$", Assert.Single(Files));
        Assert.Equal("{\"id\":1,\"name\":\"n1\"}\n", File.ReadAllText(Directory.GetFiles(_folder.At("out"))[0]));
    }

    [Fact]
    public void Parts_are_closed_at_the_size_limit()
    {
        using var run = new SinkRun(Connector, Table.With(("sink.rolling-policy.file-size", "30 b")));
        run.Write(1);
        run.Write(2);
        run.Write(3);
        Assert.Equal(2, run.Finish(1).Count);
        Assert.Equal(2, Files.Length);
        Assert.All(Files, name => Assert.Matches("-0-1-[01]\\.jsonl$", name));
    }

    /// <summary>With one hidden name for both, the first would show the second's bytes, or both would be lost for ever.</summary>
    [Fact]
    public void Two_runs_over_one_folder_never_touch_the_same_part()
    {
        using SinkRun zombie = Start(1);
        zombie.Write(1);
        using SinkRun heir = Start(2);
        heir.Sink.CleanUp();
        heir.Write(2);
        zombie.Write(3);
        IReadOnlyList<string> late = zombie.Sink.Prepare(1);
        heir.Finish(2);
        ExternalException failure = Assert.Throws<ExternalException>(() => zombie.Sink.Commit(1, late));
        Assert.Equal((5012, false), (failure.Code, failure.IsRetryable));
        string visible = Assert.Single(Files, name => name[0] != '.');
        Assert.Equal("{\"id\":2,\"name\":\"n2\"}\n", File.ReadAllText(_folder.At($"out/{visible}")));
    }

    [Fact]
    public void What_a_run_before_the_last_one_left_goes_too()
    {
        using (SinkRun first = Start(1))
        {
            first.Write(1);
            first.Sink.Prepare(1);
        }

        using SinkRun third = Start(3);
        Assert.Single(Files);
        third.Sink.CleanUp();
        Assert.Empty(Files);
    }

    /// <summary>The runtime asks the first writer alone.</summary>
    [Fact]
    public void The_first_writer_cleans_up_for_all_and_spares_those_of_its_run()
    {
        for (int subtask = 0; subtask < 4; subtask++)
        {
            using SinkRun dead = Start(1, subtask, 4);
            dead.Write(1);
            dead.Sink.Prepare(1);
        }

        using SinkRun sibling = Start(2, 1, 4);
        sibling.Write(2);
        using SinkRun first = Start(2, 0, 4);
        Assert.Equal(5, Files.Length);
        first.Sink.CleanUp();
        Assert.Contains("-1-2-n2-", Assert.Single(Files), StringComparison.Ordinal);
    }

    /// <summary>Two jobs that go on from one savepoint have one name and count the same epochs.</summary>
    [Fact]
    public void Two_lives_of_a_job_share_a_folder_and_no_part()
    {
        using SinkRun first = Life("first");
        first.Write(1);
        IReadOnlyList<string> firsts = first.Sink.Prepare(5);
        using SinkRun second = Life("second");
        second.Sink.CleanUp();
        second.Write(2);
        IReadOnlyList<string> seconds = second.Sink.Prepare(5);
        first.Sink.Commit(5, firsts);
        second.Sink.Commit(5, seconds);
        Assert.Equal(2, Files.Length);

        SinkRun Life(string lineage) => new(
            Connector, Table, with: context => context with { Generation = 1, RunNonce = lineage, Lineage = lineage });
    }

    [Fact]
    public void Another_run_into_the_folder_adds_parts()
    {
        for (int i = 0; i < 2; i++)
        {
            using var run = new SinkRun(Connector, Table);
            run.Write(1);
            run.Finish(1);
        }

        Assert.Equal(2, Files.Length);
    }

    [Fact]
    public void Clean_up_removes_stale_parts_of_this_sink_alone()
    {
        using (var crashed = new SinkRun(Connector, Table, subtask: 3, parallelism: 4))
        {
            crashed.Write(1);
            crashed.Sink.Prepare(1);
        }

        using var other = new SinkRun(Connector, Table, uid: "sink-2");
        other.Write(1);
        using var live = new SinkRun(Connector, Table);
        live.Write(1);
        Assert.Equal(3, Files.Length);
        live.Sink.CleanUp();
        Assert.Equal(2, Files.Length);
        live.Finish(2);
        other.Finish(2);
        Assert.All(Files, name => Assert.StartsWith("part-", name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_part_that_is_lost_or_differs_is_an_error()
    {
        using var run = new SinkRun(Connector, Table);
        run.Write(1);
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        string temp = _folder.At("out/" + Files[0]);
        byte[] content = File.ReadAllBytes(temp);
        File.Delete(temp);
        var lost = Assert.Throws<ExternalException>(() => run.Sink.Commit(1, committables));
        Assert.Contains("lost", lost.Message, StringComparison.Ordinal);
        Assert.False(lost.IsRetryable);

        File.WriteAllBytes(temp, content);
        run.Sink.Commit(1, committables);
        string final = _folder.At("out/" + Files[0]);
        content[0]++;
        File.WriteAllBytes(final, content);
        var other = Assert.Throws<ExternalException>(() => run.Sink.Commit(1, committables));
        Assert.Contains("exists with other content", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_was_damaged_behind_the_death_of_its_run_is_never_shown()
    {
        IReadOnlyList<string> committables;
        using (SinkRun dead = Start(1))
        {
            dead.Write(1);
            committables = dead.Sink.Prepare(1);
        }

        string temp = _folder.At("out/" + Files[0]);
        byte[] content = File.ReadAllBytes(temp);
        using SinkRun heir = Start(2);
        foreach (byte[] damaged in new[] { [.. content[..5], (byte)(content[5] ^ 1), .. content[6..]], content[..^1] })
        {
            File.WriteAllBytes(temp, damaged);
            ExternalException failure = Assert.Throws<ExternalException>(() => heir.Sink.Commit(1, committables));
            Assert.Equal((5012, false), (failure.Code, failure.IsRetryable));
            Assert.Contains(temp, failure.Message, StringComparison.Ordinal);
            Assert.Single(Files);
        }

        File.WriteAllBytes(temp, content);
        heir.Sink.Commit(1, committables);
        Assert.Equal(content, File.ReadAllBytes(_folder.At("out/" + Assert.Single(Files))));
    }

    [Fact]
    public void Parts_of_an_epoch_that_was_never_claimed_go_into_the_next()
    {
        using var run = new SinkRun(Connector, Table);
        run.Write(1);
        run.Sink.Prepare(1);
        run.Write(2);
        Assert.Equal(2, run.Finish(2).Count);
        Assert.Equal(2, Files.Length);
        Assert.Empty(run.Sink.Prepare(3));
    }

    [Fact]
    public void A_committable_cannot_lead_out_of_the_folder()
    {
        using var run = new SinkRun(Connector, Table);
        string evil = "{\"Temp\":\"../x\",\"Final\":\"y\",\"Length\":0,\"Crc\":0}";
        Assert.Throws<ExternalException>(() => run.Sink.Commit(1, [evil]));
        Assert.Throws<ExternalException>(() => run.Sink.Commit(1, ["nonsense"]));
    }

    [Fact]
    public void A_path_that_is_a_file_or_cannot_be_made_is_an_error_that_names_it()
    {
        string file = _folder.Write("taken", "x");
        var taken = Assert.Throws<UserException>(() => new SinkRun(Connector, FileSourceTests.Table(file)));
        Assert.Contains(file, taken.Message, StringComparison.Ordinal);
        var below = Assert.Throws<ExternalException>(
            () => new SinkRun(Connector, FileSourceTests.Table(file + "/out")));
        Assert.Contains(file, below.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_prepared_goes_with_the_sink()
    {
        using (var run = new SinkRun(Connector, Table))
        {
            run.Write(1);
        }

        Assert.Empty(Files);
    }

    private SinkRun Start(long generation, int subtask = 0, int parallelism = 1) => new(
        Connector, Table, "sink-1", subtask, parallelism, context => context with { Generation = generation, RunNonce = $"n{generation}" });
}
