using System;
using System.IO;
using System.Linq;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>
/// Goal: checkpoint options do what their help says, seen from outside. Method: real runs; folders are counted and sys.checkpoints is
/// asked.
/// </summary>
public sealed class CheckpointOptionTests : IDisposable
{
    private const string Endless = """
        SET 'pipeline.name' = 'job';
        SET 'execution.checkpointing.interval' = '30ms';
        CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '3000');
        CREATE TABLE sink (k BIGINT, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'debezium-json');
        INSERT INTO sink SELECT id % 5, COUNT(*) FROM src GROUP BY id % 5;
        """;

    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void As_many_checkpoints_are_kept_as_asked(int retained)
    {
        Outcome outcome = RunUntilFloor($"SET 'state.checkpoints.num-retained' = '{retained}';");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(retained, Claims().Length);
    }

    [Fact]
    public void A_cancelled_job_leaves_its_checkpoints_unless_they_are_to_go()
    {
        RunUntilFloor("SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';");
        Assert.NotEmpty(Claims());
        RunUntilFloor("SET 'execution.checkpointing.externalized-checkpoint-retention' = 'DELETE_ON_CANCELLATION';");
        string[] left = [.. Directory.GetFiles(At(""), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(At(""), f).Split('/')[0]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["floor", "gen", "start"], left.Where(name => !name.StartsWith('.') && name != "LOCK"));

        // It begins anew, and no number of an epoch is used twice: parts of both lives stand side by side.
        string[] parts = Directory.GetFiles(_cli.Folder.At("out"));
        RunUntilFloor("");
        Assert.Equal(parts.Order(), Directory.GetFiles(_cli.Folder.At("out")).Intersect(parts).Order());
    }

    [Fact]
    public void Checkpoints_are_listed_with_phases_and_sizes()
    {
        _cli.Folder.Write("in.jsonl", string.Concat(Enumerable.Range(0, 50).Select(i => $"{{\"id\":{i}}}\n")));
        Outcome outcome = _cli.Script("""
            SET 'execution.checkpointing.interval' = '1 h';
            CREATE TABLE src (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'in.jsonl', 'format' = 'json');
            CREATE TABLE void (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');
            INSERT INTO void SELECT id % 5, COUNT(*) FROM src GROUP BY id % 5;
            SELECT job, epoch, kind, status, failure IS NULL AS fine, is_full,
                duration_ms >= write_ms AND write_ms >= pause_ms AND alignment_ms >= 0 AND claim_ms > 0 AND commit_ms > 0 AS timed,
                path LIKE 'ckpt/%manifest.json' AS named
            FROM sys.checkpoints;
            """);
        Assert.Equal(
            (0, "job,epoch,kind,status,fine,is_full,timed,named\n1,1,FINAL,COMPLETED,true,true,true,true\n"),
            (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void What_cannot_be_is_refused_by_name_and_what_has_no_meaning_is_accepted()
    {
        Outcome refused = _cli.Script("""
            SET 'execution.checkpointing.max-concurrent-checkpoints' = '2';
            SET 'execution.checkpointing.mode' = 'MAYBE_ONCE';
            SET 'execution.checkpointing.storage' = 'jobmanager';
            SET 'state.checkpoints.num-retained' = '0';
            """ + Endless);
        Assert.Equal(2, refused.ExitCode);
        foreach (string value in (string[])["'2'", "'MAYBE_ONCE'", "'jobmanager'", "'0'"])
        {
            Assert.Contains(value, refused.Errors, StringComparison.Ordinal);
        }

        Outcome accepted = _cli.Script("""
            SET 'state.backend.type' = 'rocksdb';
            SET 'state.backend.rocksdb.memory.managed' = 'true';
            SET 'state.backend.incremental' = 'true';
            SET 'state.checkpoint-storage' = 'filesystem';
            SET 'execution.checkpointing.interval-during-backlog' = '0';
            SELECT 1 AS x;
            """);
        Assert.Equal((0, "x\n1\n"), (accepted.ExitCode, accepted.Text));
        Assert.DoesNotContain("warning", accepted.Errors, StringComparison.Ordinal);
    }

    /// <summary>Would fail if barriers that are asked to overtake rows were taken for an unknown option, and waited without a word.</summary>
    [Theory]
    [InlineData("execution.checkpointing.unaligned")]
    [InlineData("execution.checkpointing.unaligned.enabled")]
    public void Unaligned_checkpoints_are_refused_by_name_before_anything_runs(string option)
    {
        Outcome refused = _cli.Script($"SET '{option}' = 'true';\n" + Endless);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(
            "CST3111: Unaligned checkpoints are not offered: 'execution.checkpointing.unaligned.enabled' = 'true'.",
            refused.Errors,
            StringComparison.Ordinal);
        Assert.Contains("'execution.channel-credit'", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_cli.Folder.At("out")));
    }

    private string At(string name) => _cli.Folder.At(Path.Combine(".columnstream/checkpoints/job", name));

    private string[] Claims() => Directory.Exists(At("claim")) ? Directory.GetFiles(At("claim")) : [];

    /// <summary>Runs the endless job until this run has cleaned up twice, then interrupts it.</summary>
    private Outcome RunUntilFloor(string settings)
    {
        _cli.Folder.Write("job.sql", settings + "\n" + Endless);
        string before = Floor();
        string? first = null;
        return _cli.RunUntil(
            () =>
            {
                string now = Floor();
                first ??= now != before ? now : null;
                return first is not null && now != first;
            },
            "run", "job.sql", "--restore", "latest");
    }

    private string Floor() =>
        Directory.Exists(At("floor")) ? Directory.GetFiles(At("floor")).Order(StringComparer.Ordinal).LastOrDefault() ?? "" : "";
}
