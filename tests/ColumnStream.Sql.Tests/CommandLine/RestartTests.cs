using System;
using System.IO;
using System.Linq;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>
/// Goal: whoever runs a job sees that it failed and started again, and why. Method: a file whose third row cannot be read, mended or
/// not while the process waits for its next attempt. Would fail if an attempt were silent, or began from anything but the checkpoint.
/// </summary>
public sealed class RestartTests : IDisposable
{
    private const string Job = """
        SET 'pipeline.name' = 'job';
        SET 'execution.checkpointing.interval' = '1 h';
        CREATE TABLE src (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.jsonl', 'format' = 'json');
        CREATE TABLE sink (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
        INSERT INTO sink SELECT id FROM src;
        SELECT status, restarts > 0 AS again, last_failure LIKE '%in.jsonl%' AS named FROM sys.jobs WHERE job = 1;
        """;

    private const string Broken = "{\"id\":1}\n{\"id\":2}\n{\"id\":3";

    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_job_goes_on_by_itself_once_its_input_is_mended_and_tells_how_often_it_began_again()
    {
        Write(Broken);
        _cli.Folder.Write("job.sql", """
            SET 'restart-strategy' = 'fixed-delay';
            SET 'restart-strategy.fixed-delay.attempts' = '100000';
            SET 'restart-strategy.fixed-delay.delay' = '20 ms';
            """ + Job);
        Outcome outcome = _cli.RunUntil(
            () =>
            {
                if (File.Exists(_cli.Folder.At(".columnstream/checkpoints/job/gen/0000000003.json")))
                {
                    Write("{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
                }

                return false;
            },
            "run", "job.sql");
        Assert.True(outcome.ExitCode == 0, outcome.Errors);
        Assert.Contains("warning: Job failed and starts again in 0.02 s (attempt 2): ", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("status,again,named\nFINISHED,true,true\n", outcome.Text);
        Assert.Contains(" 3 rows in, 3 out, ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains(", restarted ", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal(
            ["1", "2", "3"],
            Parts().SelectMany(File.ReadAllLines).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_row_that_stays_wrong_ends_the_job_behind_three_attempts_and_the_first_error_is_told()
    {
        Outcome outcome = FailOnBrokenRow("SET 'restart-strategy.exponential-delay.initial-backoff' = '10 ms';");
        Assert.Contains("(attempt 2): ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("(attempt 3): ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("(attempt 4): ", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("The job was tried 3 times.", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(Parts());
    }

    [Fact]
    public void Asked_not_to_it_fails_at_once()
    {
        Outcome outcome = FailOnBrokenRow("SET 'restart-strategy.type' = 'none';");
        Assert.DoesNotContain("starts again", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("tried", outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>The job ends with the error of its last attempt, which names the file.</summary>
    private Outcome FailOnBrokenRow(string settings)
    {
        Write(Broken);
        Outcome outcome = _cli.Script(settings + Job);
        Assert.Equal(1, outcome.ExitCode);
        string error = outcome.Errors.Split('\n').Last(line => line.Contains("error CST", StringComparison.Ordinal));
        Assert.Contains("in.jsonl", error, StringComparison.Ordinal);
        return outcome;
    }

    private string[] Parts() => Directory.Exists(_cli.Folder.At("out"))
        ? [.. Directory.GetFiles(_cli.Folder.At("out")).Where(f => !Path.GetFileName(f).StartsWith('.'))] : [];

    /// <summary>The file is there as a whole or as it was.</summary>
    private void Write(string rows)
    {
        _cli.Folder.Write("in.new", rows);
        File.Move(_cli.Folder.At("in.new"), _cli.Folder.At("in.jsonl"), overwrite: true);
    }
}
