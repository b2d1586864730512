using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Checks jobs over files: errors in data, output, restore, limits, interruption.</summary>
public sealed class FileJobTests : IDisposable
{
    private const string Bad = "{\"a\":1,\"b\":{\"c\":2}}\n{\"a\":2,\"b\":{\"c\":\"zz\"}}\n{\"a\":\n{\"a\":4,\"b\":null}\n";
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void A_wrong_record_fails_the_job_with_file_line_column_and_field()
    {
        _cli.Folder.Write("in.jsonl", Bad);
        Outcome outcome = _cli.Script(Reader("'fail'"));
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("in.jsonl:2:17: field 'b.c': expected INT, got \"zz\"", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_records_can_be_skipped_with_a_warning()
    {
        _cli.Folder.Write("in.jsonl", Bad);
        Outcome outcome = _cli.Script(Reader("'skip'"));
        Assert.Equal((0, "a,c\n1,2\n4,\n"), (outcome.ExitCode, outcome.Text));
        Assert.Contains("in.jsonl:2:17", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_records_can_go_to_a_dead_letter_file()
    {
        _cli.Folder.Write("in.jsonl", Bad);
        Outcome outcome = _cli.Script(Reader("'dead-letter', 'scan.dead-letter.path' = 'dead.jsonl'"));
        Assert.Equal((0, "a,c\n1,2\n4,\n"), (outcome.ExitCode, outcome.Text));
        JsonElement[] dead = [.. File.ReadLines(_cli.Folder.At("dead.jsonl")).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.Equal([2, 3], dead.Select(d => d.GetProperty("line").GetInt32()));
        Assert.Equal("{\"a\":2,\"b\":{\"c\":\"zz\"}}", dead[0].GetProperty("raw").GetString());
    }

    [Fact]
    public void Relative_paths_start_at_the_working_folder_not_at_the_script()
    {
        _cli.Folder.Write("in.jsonl", "{\"a\":7}\n");
        _cli.Folder.Write("jobs/deep.sql", Reader("'fail'"));
        Outcome outcome = _cli.Run(null, "run", "jobs/deep.sql");
        Assert.Equal((0, "a,c\n7,\n"), (outcome.ExitCode, outcome.Text));
        File.Delete(_cli.Folder.At("in.jsonl"));
        Outcome missing = _cli.Run(null, "run", "jobs/deep.sql");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("'in.jsonl', in " + _cli.Folder.Path, missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_written_by_one_script_are_read_by_the_next()
    {
        string[] formats = ["json", "csv", "arrow"];
        string tables = string.Join('\n', formats.Select(f =>
            $"CREATE TABLE t_{f} (a INT, s STRING, d DECIMAL(10, 2), ts TIMESTAMP(3)) "
            + $"WITH ('connector' = 'filesystem', 'path' = 'out-{f}', 'format' = '{f}');"));
        Outcome written = _cli.Script(tables + string.Concat(formats.Select(f =>
            $"\nINSERT INTO t_{f} VALUES (1, 'x,\"y', 1.50, TIMESTAMP '2024-01-02 03:04:05.678'), (2, 'é', NULL, NULL);")));
        Assert.Equal((0, ""), (written.ExitCode, written.Text));
        Outcome read = _cli.Script(tables + "\nSELECT * FROM ("
            + string.Join(" UNION ALL ", formats.Select(f => $"SELECT * FROM t_{f}")) + ") AS u ORDER BY a;");
        string one = "1,\"x,\"\"y\",1.50,2024-01-02 03:04:05.678\n";
        Assert.Equal((0, "a,s,d,ts\n" + one + one + one + "2,é,,\n2,é,,\n2,é,,\n"), (read.ExitCode, read.Text));
    }

    [Fact]
    public void A_changelog_is_written_as_debezium_json()
    {
        Outcome outcome = _cli.Script("""
            CREATE TABLE counts (k STRING, n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'debezium-json');
            INSERT INTO counts SELECT k, COUNT(*) FROM (VALUES ('a'), ('a')) AS t(k) GROUP BY k;
            """);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            [
                "{\"before\":null,\"after\":{\"k\":\"a\",\"n\":1},\"op\":\"c\"}",
                "{\"before\":{\"k\":\"a\",\"n\":1},\"after\":null,\"op\":\"d\"}",
                "{\"before\":null,\"after\":{\"k\":\"a\",\"n\":2},\"op\":\"c\"}",
            ],
            Output("out"));
    }

    [Fact]
    public void Debezium_json_is_read_as_a_changelog()
    {
        _cli.Folder.Write("cdc.jsonl", """
            {"before":null,"after":{"id":1,"name":"a","n":5,"tags":{"x":1}},"op":"c"}
            {"before":null,"after":{"id":2,"name":"b","n":7,"tags":null},"op":"r"}
            {"before":{"id":1,"name":"a","n":5,"tags":{"x":1}},"after":{"id":1,"name":"a","n":9,"tags":{"y":2,"x":3}},"op":"u"}
            {"before":{"id":2,"name":"b","n":7,"tags":null},"after":null,"op":"d"}

            """);
        const string table = """
            CREATE TABLE t (id BIGINT, name STRING, n BIGINT, tags MAP<STRING, INT>) WITH ('connector' = 'filesystem',
            'path' = 'cdc.jsonl', 'format' = 'debezium-json');

            """;
        Outcome sums = _cli.Script(table + "SELECT name, SUM(n) AS s FROM t GROUP BY name;", "--format", "json");
        Assert.Equal((0, "{\"name\":\"a\",\"s\":9}\n"), (sums.ExitCode, sums.Text));
        Outcome rows = _cli.Script(table + "SELECT id, tags, tags['x'] AS x FROM t;");
        const string before = "1,\"{\"\"x\"\":1}\",1\n";
        const string after = "1,\"{\"\"y\"\":2,\"\"x\"\":3}\",3\n";
        Assert.Equal((0, $"op,id,tags,x\n+I,{before}+I,2,,\n-U,{before}+U,{after}-D,2,,\n"), (rows.ExitCode, rows.Text));
    }

    [Fact]
    public void Raw_lines_are_read_and_written()
    {
        _cli.Folder.Write("in.txt", "one, two\n\n\"three\"\n");
        Outcome outcome = _cli.Script("""
            CREATE TABLE t (line STRING) WITH ('connector' = 'filesystem', 'path' = 'in.txt', 'format' = 'raw');
            CREATE TABLE o (line STRING) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'raw');
            INSERT INTO o SELECT UPPER(line) FROM t;
            """);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(["ONE, TWO", "", "\"THREE\""], Output("out"));
    }

    [Fact]
    public void A_finished_job_says_so_when_it_is_restored()
    {
        const string sql = """
            CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
            INSERT INTO t VALUES (1), (2);
            """;
        Assert.Equal(0, _cli.Script(sql, "--restore", "latest").ExitCode);
        Outcome again = _cli.Script(sql, "--restore", "latest");
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("an earlier run finished it; nothing to do", again.Errors, StringComparison.Ordinal);
        Assert.Equal(["1", "2"], Output("out"));
        Outcome nowhere = _cli.Script(sql, "--restore", "no/such/folder");
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("no/such/folder", nowhere.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1mb")]
    [InlineData("2mb")]
    public void Too_little_memory_is_an_error_with_a_code_not_a_crash(string limit)
    {
        Outcome outcome = _cli.Script(
            """
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '2000000', 'rows-per-second' = '100000000');
            SELECT a, COUNT(*) AS n FROM t GROUP BY a;
            """,
            "-D", $"memory.limit={limit}");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("error CST6001: Memory limit reached", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("memory.limit", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
    }

    /// <summary>The query of <see cref="Too_little_memory_is_an_error_with_a_code_not_a_crash"/> with room for a fifth of its groups.</summary>
    [Fact]
    public void Memory_for_a_part_of_the_groups_is_enough()
    {
        Outcome outcome = _cli.Script(
            """
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '1', 'fields.a.end' = '2000000', 'rows-per-second' = '100000000');
            SELECT a, COUNT(*) AS n FROM t GROUP BY a;
            """,
            "-D", "memory.limit=16mb");
        Assert.Equal("", outcome.ExitCode == 0 ? "" : outcome.Errors);
        var found = new bool[2_000_001];
        foreach (string line in outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1))
        {
            string[] row = line.Split(',')[^2..];
            Assert.Equal("1", row[1]);
            int group = int.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture);
            Assert.False(found[group], line);
            found[group] = true;
        }

        Assert.Equal(2_000_000, found.Count(f => f));
    }

    /// <summary>
    /// What --format shows at the end is state too. Would fail if the rows that stand were kept in the batches they came in: these
    /// alone are more than the limit. Every key comes twice, so that rows are replaced; what a filter takes away again is gone.
    /// </summary>
    [Theory]
    [InlineData("SELECT k, n FROM g WHERE (n = 2 AND k > 999) OR (n = 1 AND k < 1000)")]
    [InlineData("SELECT n, k + 0 AS k FROM g WHERE (n = 2 AND k > 999) OR (n = 1 AND k < 1000)")]
    public void Final_rows_have_no_room_in_memory_and_come_all_the_same(string query)
    {
        Outcome outcome = _cli.Script(
            $"""
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '400999', 'rows-per-second' = '100000000');
            CREATE TEMPORARY VIEW g AS SELECT MOD(a, 201000) AS k, COUNT(*) AS n FROM t GROUP BY MOD(a, 201000);
            {query};
            """,
            "-D", "memory.limit=6mb", "--format", "csv");
        Assert.Equal("", outcome.ExitCode == 0 ? "" : outcome.Errors);
        string[] lines = outcome.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int key = Array.IndexOf(lines[0].Split(','), "k");
        Assert.Equal(
            Enumerable.Range(1000, 199_000),
            lines.Skip(1).Select(line => int.Parse(line.Split(',')[key], System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.All(lines.Skip(1), line => Assert.Equal("2", line.Split(',')[1 - key]));
    }

    /// <summary>
    /// 200,000 groups take 11 MB, and state gets five eighths of the limit. Nothing stays in the folder, and what a process left
    /// goes that was killed while it made its file: no process has this number.
    /// </summary>
    [Fact]
    public void State_that_has_no_room_goes_to_disk_and_the_answer_stays()
    {
        string folder = _cli.Folder.At("spill");
        _cli.Folder.Write("spill/columnstream-2147483647-job-f0-0-0.spill", "");
        Outcome outcome = _cli.Script(
            """
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '399999', 'rows-per-second' = '100000000');
            SET 'execution.runtime-mode' = 'batch';
            SELECT COUNT(*) AS c, SUM(n) AS n, SUM(CAST(k AS BIGINT)) AS k FROM (SELECT MOD(a, 200000) AS k, COUNT(*) AS n FROM t GROUP BY MOD(a, 200000));
            """,
            "-D", "memory.limit=8mb", "-D", $"io.tmp.dirs={folder}", "--format", "csv");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("200000,400000,19999900000", outcome.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void State_that_cannot_go_to_disk_fails_the_job_and_says_where()
    {
        _cli.Folder.Write("taken", "a file, no folder");
        Outcome outcome = _cli.Script(
            """
            CREATE TABLE t (a BIGINT) WITH ('connector' = 'datagen', 'fields.a.kind' = 'sequence', 'fields.a.start' = '0', 'fields.a.end' = '399999', 'rows-per-second' = '100000000');
            SELECT a, COUNT(*) AS n FROM t GROUP BY a;
            """,
            "-D", "memory.limit=8mb", "-D", $"io.tmp.dirs={_cli.Folder.At("taken")}", "--format", "csv");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("error CST5017: State could not be written to disk", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains(_cli.Folder.At("taken"), outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("io.tmp.dirs", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_c_ends_a_job_that_watches_a_folder_and_keeps_its_rows()
    {
        _cli.Folder.Write("in/1.jsonl", "{\"a\":1}\n{\"a\":2}\n");
        _cli.Folder.Write("job.sql", """
            SET 'execution.checkpointing.interval' = '100 ms';
            CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json', 'source.monitor-interval' = '50 ms');
            CREATE TABLE o (a INT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');
            INSERT INTO o SELECT a FROM t;
            """);
        Outcome outcome = _cli.RunUntil(() => Output("out").Length == 2, "run", "job.sql");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(["1", "2"], Output("out"));
        Assert.Contains("stopped", outcome.Errors, StringComparison.Ordinal);

        // The next run goes on behind what is written.
        _cli.Folder.Write("in/2.jsonl", "{\"a\":3}\n");
        Outcome resumed = _cli.RunUntil(() => Output("out").Length == 3, "run", "job.sql", "--restore", "latest");
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(["1", "2", "3"], Output("out").Order(StringComparer.Ordinal));
    }

    private static string Reader(string policy) => $"""
        CREATE TABLE t (a INT, b ROW<c INT>) WITH ('connector' = 'filesystem', 'path' = 'in.jsonl', 'format' = 'json', 'scan.parse-errors' = {policy});
        SELECT a, t.b.c FROM t;
        """;

    private string[] Output(string folder) => Directory.Exists(_cli.Folder.At(folder))
        ? [.. Directory.GetFiles(_cli.Folder.At(folder)).Where(f => Path.GetFileName(f)[0] != '.').SelectMany(File.ReadAllLines)]
        : [];

    [Fact]
    public void A_table_is_overwritten_by_what_is_read_from_it()
    {
        const string Table = "CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'csv');";
        const string Batch = "SET 'execution.runtime-mode' = 'batch';";
        Outcome outcome = _cli.Script(Table + Batch + """
            INSERT INTO t VALUES (1, 'x'), (2, 'y');
            SELECT COUNT(*) AS n FROM t;
            INSERT OVERWRITE t SELECT a + 10, b FROM t WHERE a > 1;
            SELECT * FROM t;
            INSERT OVERWRITE t SELECT a, b FROM t WHERE a < 0;
            SELECT * FROM t;
            INSERT OVERWRITE t VALUES (7, 'z');
            SELECT * FROM t;
            """);
        Assert.Equal((0, "n\n2\na,b\n12,y\na,b\na,b\n7,z\n"), (outcome.ExitCode, outcome.Text));
        outcome = _cli.Script(Table + "INSERT OVERWRITE t VALUES (1, 'x');");
        Assert.Contains("INSERT OVERWRITE in streaming mode", outcome.Errors, StringComparison.Ordinal);
        outcome = _cli.Script(Batch + "CREATE TABLE p (a INT) WITH ('connector' = 'print'); INSERT OVERWRITE p VALUES (1);");
        Assert.Contains("INSERT OVERWRITE of a table of connector 'print'", outcome.Errors, StringComparison.Ordinal);
        outcome = _cli.Script(Table + Batch
            + "EXECUTE STATEMENT SET BEGIN INSERT OVERWRITE t VALUES (1, 'x'); INSERT INTO t VALUES (2, 'y'); END;");
        Assert.Contains("INSERT OVERWRITE of 't' beside another INSERT of the same job", outcome.Errors, StringComparison.Ordinal);
        Assert.Equal("a,b\n7,z\n", _cli.Script(Table + "SELECT * FROM t;").Text);
    }
}
