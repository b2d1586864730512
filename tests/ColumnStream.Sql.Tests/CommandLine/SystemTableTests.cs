using System;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Goal: tables of sys tell the truth about jobs that ran before in the script. Method: jobs of known sizes.</summary>
public sealed class SystemTableTests : IDisposable
{
    private const string Job = """
        CREATE TABLE src (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
            WITH ('connector' = 'filesystem', 'path' = 'in.jsonl', 'format' = 'json');
        CREATE TABLE void (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO void SELECT k, COUNT(*) FROM src GROUP BY k;
        """;

    private readonly Cli _cli = new();

    public SystemTableTests() => _cli.Folder.Write(
        "in.jsonl",
        "{\"k\":1,\"ts\":\"2024-01-01 00:00:00\"}\n{\"k\":2,\"ts\":\"2024-01-01 00:00:05\"}\n{\"k\":1,\"ts\":\"2024-01-01 00:00:09\"}\n");

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Jobs_are_listed_with_their_state()
    {
        Outcome outcome = _cli.Script(Job + "SELECT job, status, ended_at IS NULL AS runs FROM sys.jobs;");
        Assert.Equal((0, "job,status,runs\n1,FINISHED,false\n2,RUNNING,true\n"), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Jobs_are_shown_without_the_listing_itself()
    {
        Outcome outcome = _cli.Script(Job + "SHOW JOBS; SELECT k FROM src; SHOW JOBS; DESCRIBE JOB 'it''s none';");
        string[] lines = outcome.Text.Split('\n');
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("job id,job name,status,start time", lines[0]);
        Assert.Matches("^[^,]+,INSERT INTO void,FINISHED,20[0-9-]+ [0-9:.]+Z$", lines[1]);
        Assert.Equal(["k", "1", "2", "1", lines[0], lines[1]], lines[2..8]);
        Assert.Matches("^[^,]+,SELECT,FINISHED,", lines[8]);
        Assert.Equal(["job id,job name,status,start time,end time,checkpoints,failed checkpoints", ""], lines[9..]);
    }

    [Fact]
    public void Links_show_what_exchanges_moved()
    {
        Outcome outcome = _cli.Script(
            "SET 'exchange.transport' = 'flight-unix'; SET 'parallelism.default' = '2'; " + Job
            + "SET 'exchange.transport' = 'local'; SELECT transport, role, connects, frames > 4 AS f, bytes > 200 AS b, lost_links, checksum_errors "
            + "FROM sys.links WHERE endpoint LIKE 'unix:%' ORDER BY role;");
        Assert.Equal(
            (0, "transport,role,connects,f,b,lost_links,checksum_errors\nflight-unix,consumer,1,true,true,0,0\nflight-unix,producer,1,true,true,0,0\n"),
            (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Operators_show_rows_and_state()
    {
        Outcome outcome = _cli.Script(
            Job + "SELECT operator, rows_in, rows_out, parallelism, state_rows, late_rows FROM sys.operators WHERE job = 1 AND operator LIKE 'group%';");
        Assert.Equal(
            (0, "operator,rows_in,rows_out,parallelism,state_rows,late_rows\ngroup aggregate by [0] [COUNT(*)],3,2,1,2,0\n"),
            (outcome.ExitCode, outcome.Text.Replace("\"", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Operators_show_what_bounds_their_state()
    {
        Outcome outcome = _cli.Script(
            Job + "SELECT state_bound, state_disk_bytes FROM sys.operators WHERE job = 1 "
            + "AND (operator LIKE 'group%' OR operator LIKE 'sink%') ORDER BY node;");
        Assert.Equal(
            (0, "state_bound,state_disk_bytes\nbounded by the input's end,0\n,0\n"),
            (outcome.ExitCode, outcome.Text.Replace("\"", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Watermarks_end_with_the_input()
    {
        Outcome outcome = _cli.Script(
            Job + "SELECT watermark, is_ended FROM sys.watermarks WHERE job = 1 AND operator LIKE 'watermark%';");
        Assert.Equal((0, "watermark,is_ended\n,true\n"), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Warnings_are_kept()
    {
        _cli.Folder.Write("bad.jsonl", "{\"k\":\"x\"}\n{\"k\":1}\n");
        Outcome outcome = _cli.Script("""
            CREATE TABLE bad (k BIGINT) WITH ('connector' = 'filesystem', 'path' = 'bad.jsonl', 'format' = 'json',
                'scan.parse-errors' = 'skip');
            CREATE TABLE void (k BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO void SELECT k FROM bad;
            SELECT severity, code, message LIKE '%bad.jsonl:1:%' AS told FROM sys.errors;
            """);
        Assert.Equal((0, "severity,code,told\nwarning,,true\n"), (outcome.ExitCode, outcome.Text));
    }
}
