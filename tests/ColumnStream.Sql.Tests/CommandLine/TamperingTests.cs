using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Integrity;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>
/// Goal: the check of a job's ledger names the epoch where somebody changed something. Method: one real job over files with
/// several checkpoints, run once; each test breaks one thing in a copy of all it left, as its name says, and compares.
/// </summary>
public sealed class TamperingTests(TamperingTests.Output output) : IClassFixture<TamperingTests.Output>, IDisposable
{
    private readonly TempFolder _folder = output.Copy();

    public void Dispose() => _folder.Dispose();

    private string Checkpoints => _folder.At(".columnstream/checkpoints/sum");

    [Fact]
    public void Nothing_differs_where_nobody_changed_anything()
    {
        IntegrityReport report = Check();
        Assert.True(report.IsOk, report.First?.Result);
        Assert.True(Line(report, "source", "src").Rows > 0);
        Assert.Equal(Line(report, "source", "src").Rows, Line(report, "parts", "rows_out").Rows);

        // What was only passed on has the same checksum at both ends.
        Assert.Equal(Line(report, "source", "src").Sum, Line(report, "sink", "rows_out").Sum);
    }

    [Fact]
    public void A_lost_file_is_named()
    {
        string part = Parts("out")[1];
        File.Delete(part);
        AssertDiffers("parts", "rows_out", EpochOf(part), "part is missing: " + Path.GetFileName(part));
    }

    [Fact]
    public void A_file_that_is_there_twice_is_named()
    {
        string part = Parts("out")[1];
        File.Copy(part, part.Replace("part-", "copy-", StringComparison.Ordinal));
        AssertDiffers("parts", "rows_out", EpochOf(part), "part is there twice: copy-");
    }

    [Fact]
    public void A_file_that_nobody_wrote_is_named()
    {
        string part = Parts("out")[0];
        File.WriteAllText(part.Replace(".json", "7.json", StringComparison.Ordinal), "{\"id\":1,\"name\":\"x\"}\n");
        Assert.StartsWith("part is in no epoch: part-", Line(Check(), "parts", "rows_out").Result, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_others_are_only_counted()
    {
        _folder.Write("out/mine.json", "{\"id\":1,\"name\":\"x\"}\n");
        IntegrityReport report = Check();
        Assert.True(report.IsOk, report.First?.Result);
        Assert.EndsWith(", 1 files of others beside them", Line(report, "parts", "rows_out").Result, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_row_is_named()
    {
        string part = Parts("out")[1];
        byte[] bytes = File.ReadAllBytes(part);
        int digit = Array.FindIndex(bytes, b => b is >= (byte)'0' and <= (byte)'8');
        bytes[digit]++;
        File.WriteAllBytes(part, bytes);
        AssertDiffers("parts", "rows_out", EpochOf(part), "part was changed, its bytes have another checksum");
    }

    [Fact]
    public void A_row_less_is_named()
    {
        string part = Parts("counts")[0];
        File.WriteAllLines(part, File.ReadAllLines(part)[1..]);
        AssertDiffers("parts", "counts", EpochOf(part), "part has ");
    }

    [Theory]
    [InlineData(5, "was read with a gap")]
    [InlineData(-5, "was read twice in part")]
    public void A_source_range_that_is_skipped_or_read_twice_is_named(int shift, string expected)
    {
        // What a restore at a wrong position would leave behind: the run goes on elsewhere than it ended.
        long epoch = 0;
        Edit(ledger =>
        {
            JsonNode entry = Busy(ledger)[2];
            JsonNode split = entry["sources"]![0]!["splits"]![0]!;
            epoch = (long)entry["epoch"]!;
            split["from"] = (long.Parse((string)split["from"]!) + shift).ToString();
        });
        AssertDiffers("source", "src", epoch, $"split rows {expected}");
    }

    [Fact]
    public void Rows_that_the_positions_span_and_nobody_read_are_named()
    {
        long epoch = 0;
        Edit(ledger =>
        {
            JsonNode split = Busy(ledger)[1]["sources"]![0]!["splits"]![0]!;
            epoch = (long)Busy(ledger)[1]["epoch"]!;
            split["expected"] = (long)split["expected"]! + 1;
        });
        AssertDiffers("source", "src", epoch, "positions span ");
    }

    [Fact]
    public void Rows_that_were_written_and_not_committed_are_named()
    {
        long epoch = 0;
        Edit(ledger =>
        {
            JsonArray parts = Busy(ledger)[1]["sinks"]![0]!["parts"]!.AsArray();
            epoch = (long)Busy(ledger)[1]["epoch"]!;
            parts.Clear();
        });
        AssertDiffers("sink", "rows_out", epoch, "");
    }

    [Fact]
    public void Rows_that_an_exchange_lost_are_named()
    {
        long epoch = 0;
        Edit(ledger =>
        {
            JsonNode node = Busy(ledger)[1]["nodes"]!.AsArray().Last(n => (long)n!["rowsSent"]! > 0)!;
            epoch = (long)Busy(ledger)[1]["epoch"]!;
            node["rowsSent"] = (long)node["rowsSent"]! + 1;
        });
        AssertDiffers("flow", "between operators", epoch, "");
    }

    [Fact]
    public void An_epoch_that_is_missing_is_named()
    {
        string claim = Directory.GetFiles(Checkpoints + "/claim").Order(StringComparer.Ordinal).ElementAt(1);
        File.Delete(claim);
        AssertDiffers(
            "epochs", "ledger", long.Parse(Path.GetFileNameWithoutExtension(claim)),
            "is in the ledger, and its claim is missing");
    }

    [Fact]
    public void An_epoch_that_the_ledger_left_out_is_named()
    {
        long epoch = 0;
        Edit(ledger =>
        {
            epoch = (long)ledger["epochs"]![2]!["epoch"]!;
            ledger["epochs"]!.AsArray().RemoveAt(2);
        });
        AssertDiffers("epochs", "ledger", epoch, "was claimed, and is not in the ledger");
    }

    [Fact]
    public void The_newest_claim_is_missed_where_its_epoch_was_committed()
    {
        string claim = Directory.GetFiles(Checkpoints + "/claim").Order(StringComparer.Ordinal).Last();
        File.Delete(claim);
        AssertDiffers(
            "epochs", "ledger", long.Parse(Path.GetFileNameWithoutExtension(claim)),
            "was committed, and its claim is missing");
    }

    [Fact]
    public void A_lost_state_file_is_named()
    {
        string state = Directory.GetFiles(Checkpoints, "*.arrows", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal).Last();
        File.Delete(state);
        IntegrityLine line = Line(Check(), "checkpoints", "files");
        Assert.False(line.IsOk);
        Assert.Contains("state file is missing: ckpt/", line.Result, StringComparison.Ordinal);
    }

    /// <summary>Returns the entries of epochs that read rows: at least four.</summary>
    private static List<JsonNode> Busy(JsonNode ledger) =>
        [.. ledger["epochs"]!.AsArray().Select(e => e!).Where(HasRows)];

    private static bool HasRows(JsonNode epoch) =>
        epoch["sources"]![0]!["splits"]!.AsArray().Any(split => (long)split!["rows"]! > 0);

    private static string EpochOf(string part) => Path.GetFileName(part).Split('-')[^2];

    private static IntegrityLine Line(IntegrityReport report, string check, string name) =>
        report.Lines.Single(line => line.Check == check && line.Name == name);

    private List<string> Parts(string folder) =>
        [.. Directory.GetFiles(_folder.At(folder), "part-*").OrderBy(p => int.Parse(EpochOf(p)))];

    private IntegrityReport Check()
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("test", pool);
        var connectors = new ConnectorRegistry(ConnectorTable.Create(TextWriter.Null, TextWriter.Null));
        return new IntegrityCheck(new LocalObjectStore(Checkpoints), Open).Run();

        SinkAudit? Open(TableSpec table, string uid, string jobId) => connectors.Find(table.Connector)!.CreateAudit(new SinkContext(
            table with { Options = ValueList.From(table.Options.Select(Moved)) }, ChangelogMode.InsertOnly, allocator,
            TimeProvider.System, jobId, uid, Subtask: 0, Parallelism: 1, IsBatch: false));
    }

    private TableOption Moved(TableOption option) =>
        option.Key == "path" ? option with { Value = _folder.At(option.Value) } : option;

    /// <summary>Changes the ledger in the newest manifest, and the claim so that it names the changed bytes.</summary>
    private void Edit(Action<JsonNode> edit)
    {
        string claimPath = Directory.GetFiles(Checkpoints + "/claim").Order(StringComparer.Ordinal).Last();
        JsonNode claim = JsonNode.Parse(File.ReadAllText(claimPath))!;
        string path = Path.Combine(Checkpoints, (string)claim["manifestPath"]!);
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(path))!;
        edit(manifest["ledger"]!);
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(manifest);
        File.WriteAllBytes(path, bytes);
        claim["manifestSha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes));

        // A record without its seal is one of an earlier version, which stays readable.
        Assert.True(claim.AsObject().Remove("Seal"));
        File.WriteAllText(claimPath, claim.ToJsonString());
    }

    private void AssertDiffers(string check, string name, object epoch, string text)
    {
        IntegrityReport report = Check();
        Assert.False(report.IsOk);
        Assert.StartsWith($"epoch {epoch}: {text}", Line(report, check, name).Result, StringComparison.Ordinal);
        Assert.Equal(epoch.ToString(), report.First!.Epoch.ToString());
    }

    /// <summary>Runs the job once and keeps what it left.</summary>
    public sealed class Output : IDisposable
    {
        private readonly Cli _cli = new();

        public Output()
        {
            // Endless, so that there are as many epochs with rows as the tests need, however slow the machine.
            _cli.Folder.Write("job.sql", IntegrityTests.Job.Replace("'number-of-rows' = '3000',", "", StringComparison.Ordinal));
            Outcome outcome = _cli.RunUntil(() => Parts >= 6, "run", "job.sql", "--restore", "latest");
            Assert.True(outcome.ExitCode == 0, outcome.Errors);
        }

        private int Parts => Directory.Exists(_cli.Folder.At("out")) ? Directory.GetFiles(_cli.Folder.At("out"), "part-*").Length : 0;

        public void Dispose() => _cli.Dispose();

        internal TempFolder Copy()
        {
            var copy = new TempFolder();
            foreach (string file in Directory.GetFiles(_cli.Folder.Path, "*", SearchOption.AllDirectories))
            {
                string target = copy.At(Path.GetRelativePath(_cli.Folder.Path, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }

            return copy;
        }
    }
}
