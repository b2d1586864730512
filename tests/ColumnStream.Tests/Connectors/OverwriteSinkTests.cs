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

/// <summary>
/// Goal: a table that is overwritten holds its old files until all new ones are there, and never both. Method: look into the
/// folder between the calls, drop the sink between any two of them and go on with another one as a restart does.
/// </summary>
public sealed class OverwriteSinkTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public OverwriteSinkTests() => _folder.Write("out/old.jsonl", "old\n");

    private static Connector Connector => OptionTests.Find("filesystem");

    private TableSpec Table => FileSourceTests.Table(_folder.At("out")).With(("sink.rolling-policy.file-size", "30 b")) with
    {
        IsOverwritten = true,
    };

    /// <summary>Gets the rows that a reader sees: hidden files do not count.</summary>
    private string Rows => string.Concat(
        Directory.GetFiles(_folder.At("out")).Where(file => !Path.GetFileName(file).StartsWith('.'))
            .SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal).Select(line => line.Split(',')[0].Split(':')[^1] + " "));

    private string[] Beside => [.. Directory.GetFileSystemEntries(_folder.At(".")).Select(e => Path.GetFileName(e)!)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Old_files_stay_until_the_input_has_ended()
    {
        using var run = new SinkRun(Connector, Table);
        run.Write(1);
        run.Write(2);
        run.Finish(1);
        run.Write(3);
        run.Finish(2);
        Assert.Equal("old ", Rows);
        run.Sink.Finish();
        IReadOnlyList<string> committables = run.Sink.Prepare(3);
        Assert.Equal("old ", Rows);
        run.Sink.Commit(3, committables);
        Assert.Equal("1 2 3 ", Rows);
        Assert.Equal(["out"], Beside);
        run.Sink.Commit(3, committables);
        run.Sink.CleanUp();
        Assert.Equal("1 2 3 ", Rows);
        Assert.Empty(run.Sink.Prepare(4));
    }

    [Fact]
    public void A_table_may_become_empty()
    {
        using var run = new SinkRun(Connector, Table);
        run.Sink.Finish();
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        run.Sink.Commit(1, committables);
        Assert.Equal("", Rows);
        run.Sink.Commit(1, committables);
        Assert.Equal("", Rows);
        Assert.Equal(["out"], Beside);
    }

    [Fact]
    public void A_restart_goes_on_with_the_parts_of_its_checkpoint()
    {
        IReadOnlyList<string> claimed;
        using (var first = new SinkRun(Connector, Table))
        {
            first.Write(1);
            first.Finish(1);
            first.Write(2);
            claimed = first.Sink.Prepare(2);
            first.Write(3);
            first.Sink.Prepare(3);
        }

        using var second = new SinkRun(Connector, Table);
        second.Sink.Commit(2, claimed);
        second.Sink.CleanUp();
        second.Write(4);
        second.Sink.Finish();
        second.Finish(4);
        Assert.Equal("1 2 4 ", Rows);
    }

    [Fact]
    public void A_run_that_begins_anew_leaves_nothing_of_the_one_before()
    {
        using (var dead = new SinkRun(Connector, Table))
        {
            dead.Write(1);
            dead.Finish(1);
        }

        using var run = new SinkRun(Connector, Table);
        run.Sink.CleanUp();
        run.Write(2);
        run.Sink.Finish();
        run.Finish(1);
        Assert.Equal("2 ", Rows);
    }

    /// <summary>The same rows under the same names: what was there before tells nothing of whether the folders were exchanged.</summary>
    [Fact]
    public void Killed_between_the_exchange_and_the_removal_of_the_old_files_it_ends_the_work()
    {
        IReadOnlyList<string> committables = [];
        for (int i = 0; i < 3; i++)
        {
            using var run = new SinkRun(Connector, Table);
            run.Write(1);
            run.Sink.Finish();
            committables = run.Sink.Prepare(1);
            _folder.Write("out/more.jsonl", "more\n");
            Assert.Contains("more", Rows, StringComparison.Ordinal);
            run.Sink.Commit(1, committables);
            Assert.Equal("1 ", Rows);
        }

        string staging = Directory.CreateDirectory(_folder.At($".out.overwrite-{Uid()}")).FullName;
        File.WriteAllText(Path.Combine(staging, "old.jsonl"), "old\n");
        using var again = new SinkRun(Connector, Table);
        again.Sink.Commit(1, committables);
        Assert.Equal("1 ", Rows);
        Assert.Equal(["out"], Beside);
    }

    [Fact]
    public void Parts_that_are_lost_are_an_error_and_the_old_files_stay()
    {
        using var run = new SinkRun(Connector, Table);
        run.Write(1);
        run.Sink.Finish();
        IReadOnlyList<string> committables = run.Sink.Prepare(1);
        Directory.Delete(_folder.At($".out.overwrite-{Uid()}"), recursive: true);
        Assert.Contains("lost", Assert.Throws<ExternalException>(() => run.Sink.Commit(1, committables)).Message, StringComparison.Ordinal);
        Assert.Equal("old ", Rows);
        string evil = "{\"Parts\":[{\"Temp\":\"../x\",\"Final\":\"y\",\"Length\":0,\"Crc\":0}],\"IsFinal\":true}";
        Assert.Throws<ExternalException>(() => run.Sink.Commit(1, [evil]));
        Assert.Throws<ExternalException>(() => run.Sink.Commit(1, ["nonsense"]));
    }

    private static string Uid() => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData("job/sink-1"u8).AsSpan(0, 4));
}
