using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>
/// Goal: SHOW INTEGRITY and <c>columnstream integrity</c> say ok of a job that was left alone, interrupted or rescaled, and count
/// what was skipped on purpose. Method: the real program; what they say of broken things is in <see cref="TamperingTests"/>.
/// </summary>
public sealed class IntegrityTests : IDisposable
{
    private const string Options = """
        SET 'pipeline.name' = 'sum';
        SET 'execution.checkpointing.interval' = '50ms';
        SET 'state.checkpoints.num-retained' = '100';
        """;

    internal const string Job = Options + """
        CREATE TABLE src (id BIGINT, name STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3000',
            'rows-per-second' = '6000');
        CREATE TABLE rows_out (id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');
        CREATE TABLE counts (k BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'counts', 'format' = 'debezium-json');
        INSERT INTO rows_out SELECT id, name FROM src;
        INSERT INTO counts SELECT id % 7, COUNT(*) FROM src GROUP BY id % 7;
        """;

    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void An_untouched_job_is_ok_whatever_its_parallelism()
    {
        Run("--parallelism", "2");
        Outcome shown = _cli.Run(null, "sql", "-e", Options + "SHOW INTEGRITY FOR JOB sum;");
        Assert.Equal(0, shown.ExitCode);
        string[][] lines = Cells(shown);
        Assert.Equal(["check", "object", "epochs", "rows", "checksum", "result"], lines[0]);
        Assert.Equal("ok", Result(lines, "job", "sum"));
        Assert.Equal("ok", Result(lines, "source", "src"));
        Assert.Equal("ok", Result(lines, "sink", "rows_out"));
        Assert.StartsWith("ok, ", Result(lines, "parts", "rows_out"), StringComparison.Ordinal);
        Assert.Equal("3000", Line(lines, "source", "src")[3]);
        Assert.Equal("3000", Line(lines, "parts", "rows_out")[3]);

        // What was only passed on has the same checksum at both ends, and files hold it too.
        Assert.Equal(Line(lines, "source", "src")[4], Line(lines, "sink", "rows_out")[4]);
        Assert.Equal(0, Check().ExitCode);
    }

    [Fact]
    public void A_job_that_was_interrupted_and_rescaled_is_ok()
    {
        _cli.Folder.Write("job.sql", Job);
        _cli.RunUntil(() => Parts("out").Count >= 2, "run", "job.sql", "--restore", "latest", "--parallelism", "3");
        Run("--parallelism", "1");
        Outcome outcome = Check();
        Assert.Equal((0, "3000"), (outcome.ExitCode, Line(Cells(outcome), "source", "src")[3]));
    }

    [Fact]
    public void Records_skipped_on_purpose_are_counted()
    {
        _cli.Folder.Write("in.jsonl", "{\"id\":1}\n{\"id\":\"x\"}\n{\"id\":3}\n");
        Assert.Equal(0, _cli.Script(Options + """
            CREATE TABLE src (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.jsonl', 'format' = 'json',
                'scan.parse-errors' = 'skip');
            CREATE TABLE rows_out (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
            INSERT INTO rows_out SELECT id FROM src;
            """, "--restore", "latest").ExitCode);
        string[][] lines = Cells(Check());
        Assert.Equal("ok, 1 records skipped on purpose", Result(lines, "source", "src"));
        Assert.Equal("2", Line(lines, "source", "src")[3]);
    }

    [Fact]
    public void A_job_without_ledger_or_checkpoints_is_refused_by_name()
    {
        Assert.Equal(0, _cli.Script("SET 'integrity.ledger' = 'false';" + Job, "--restore", "latest").ExitCode);
        Outcome none = Check();
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("CST3150", none.Errors, StringComparison.Ordinal);
        Assert.Contains("'integrity.ledger' = 'true'", none.Errors, StringComparison.Ordinal);
        Outcome other = _cli.Run(null, "integrity", "other");
        Assert.Contains("CST3150: Job has no checkpoints: 'other'", other.Errors, StringComparison.Ordinal);
    }

    private static string EpochOf(string part) => Path.GetFileName(part).Split('-')[^2];

    private static string[][] Cells(Outcome outcome) =>
    [
        .. outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => !l.StartsWith("---", StringComparison.Ordinal))
            .Select(l => l.Split('|').Select(c => c.Trim()).ToArray()),
    ];

    private static string[] Line(string[][] lines, string check, string name) => lines.Single(l => l[0] == check && l[1] == name);

    private static string Result(string[][] lines, string check, string name) => Line(lines, check, name)[5];

    private void Run(params string[] arguments)
    {
        Outcome outcome = _cli.Script(Job, ["--restore", "latest", .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
    }

    private Outcome Check() => _cli.Run(null, "integrity", "sum");

    private List<string> Parts(string folder) => Directory.Exists(_cli.Folder.At(folder))
        ? [.. Directory.GetFiles(_cli.Folder.At(folder), "part-*").OrderBy(p => int.Parse(EpochOf(p)))]
        : [];
}
