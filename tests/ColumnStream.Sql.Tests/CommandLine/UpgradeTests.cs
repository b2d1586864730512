using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Goal: what a user sees of EXPLAIN UPGRADE and of a restore with other statements. Method: the program, over files.</summary>
public sealed class UpgradeTests : IDisposable
{
    private const string Tables = """
        CREATE TABLE t (k STRING, a INT) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'csv');
        CREATE TABLE s (k STRING, n BIGINT) WITH ('connector' = 'print');

        """;

    private readonly Cli _cli = new();

    public UpgradeTests()
    {
        _cli.Folder.Write("old.sql", Tables + "INSERT INTO s SELECT k, COUNT(*) FROM t GROUP BY k;\n");
        _cli.Folder.Write("sum.sql", Tables + "INSERT INTO s SELECT k, SUM(a)\nFROM t\nGROUP BY k;\n");
        _cli.Folder.Write("same.sql", Tables + "INSERT INTO s SELECT x.k, COUNT(*) AS c FROM t AS x GROUP BY x.k;\n");
    }

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void What_is_refused_is_named_with_its_place_and_the_next_step()
    {
        Outcome outcome = _cli.Run(null, "explain", "--upgrade", "old.sql", "sum.sql");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("refused (migrate)", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("Begins at the checkpoint, without the rows before it: SUM(t.a).", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("--allow-partial-history", outcome.Text, StringComparison.Ordinal);
        Assert.Contains(
            "sum.sql:5:10: error CST3120: State does not fit: group aggregate of t by t.k.\n  GROUP BY k;\n           ^\n",
            outcome.Text, StringComparison.Ordinal);
        Assert.Contains("A restore refuses this, before anything stops or starts.", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fits_is_exit_0_also_as_json()
    {
        Outcome outcome = _cli.Run(null, "explain", "--upgrade", "old.sql", "same.sql", "--format", "json");
        Assert.Equal(0, outcome.ExitCode);
        using JsonDocument json = JsonDocument.Parse(outcome.Text);
        Assert.True(json.RootElement.GetProperty("allowed").GetBoolean());
        JsonElement[] operators = [.. json.RootElement.GetProperty("jobs")[0].GetProperty("operators").EnumerateArray()];
        Assert.All(operators, o => Assert.Equal("keep", o.GetProperty("verdict").GetString()));
        Assert.Contains(operators, o => o.GetProperty("kind").GetString() == "group-aggregate");
    }

    [Fact]
    public void The_statement_takes_paths_and_statements()
    {
        Outcome outcome = _cli.Script(
            $"EXPLAIN UPGRADE 'old.sql' TO '{Tables.Replace("'", "''", StringComparison.Ordinal)}"
            + "INSERT INTO s SELECT k, COUNT(*) FROM t WHERE a > 1 GROUP BY k;';");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("refused (drop)", outcome.Text, StringComparison.Ordinal);
        Assert.Contains("Rows changed: was t; is t where >(t.a,1:INT).", outcome.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_gives_real_sizes_and_a_restore_does_what_was_said()
    {
        Directory.CreateDirectory(Path.Combine(_cli.Folder.Path, "in"));
        _cli.Folder.Write("in/a.csv", "a,1\nb,5\na,3\n");
        string[] latest = ["--restore", "latest", "-D", "pipeline.name=job", "-D", "execution.checkpointing.interval=10ms"];
        string monitored = Tables.Replace("'format'", "'source.monitor-interval' = '10 ms', 'format'", StringComparison.Ordinal);
        foreach (string name in new[] { "old.sql", "sum.sql", "same.sql" })
        {
            _cli.Folder.Write(name, File.ReadAllText(Path.Combine(_cli.Folder.Path, name)).Replace(Tables, monitored, StringComparison.Ordinal));
        }

        string folder = Path.Combine(".columnstream", "checkpoints", "job");
        bool HasClaims(int more) => Directory.Exists(Path.Combine(_cli.Folder.Path, folder, "committed"))
            && Directory.GetFiles(Path.Combine(_cli.Folder.Path, folder, "committed")).Length >= more;
        Outcome first = _cli.RunUntil(() => HasClaims(3), ["run", "old.sql", .. latest]);
        Assert.Equal(0, first.ExitCode);

        Outcome verdict = _cli.Run(null, "explain", "--upgrade", folder, "sum.sql", "--format", "json");
        Assert.Equal(1, verdict.ExitCode);
        using JsonDocument json = JsonDocument.Parse(verdict.Text);
        JsonElement groups = json.RootElement.GetProperty("jobs")[0].GetProperty("operators").EnumerateArray()
            .First(o => o.GetProperty("kind").GetString() == "group-aggregate");
        Assert.Equal("migrate", groups.GetProperty("verdict").GetString());
        Assert.Equal(2, groups.GetProperty("rows").GetInt64());
        Assert.True(groups.GetProperty("bytes").GetInt64() > 0);

        Outcome refused = _cli.Run(null, ["run", "sum.sql", .. latest]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("CST3120", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("nothing was started or stopped", refused.Errors, StringComparison.Ordinal);
    }
}
