using System;
using System.IO;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Checks the forms of SELECT results.</summary>
public sealed class ResultTests : IDisposable
{
    private const string Counts = "SELECT k, COUNT(*) AS n FROM (VALUES ('a'), ('a'), ('b,\"c'), (CAST(NULL AS STRING))) AS t(k) GROUP BY k;";
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void An_updating_select_into_a_pipe_says_what_each_row_does()
    {
        Outcome outcome = _cli.Script(Counts, "--quiet");
        Assert.Equal("op,k,n\n+I,a,1\n-U,a,1\n+U,a,2\n+I,\"b,\"\"c\",1\n+I,,1\n", outcome.Text);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Errors));
    }

    [Theory]
    [InlineData("csv", "k,n\na,2\n\"b,\"\"c\",1\n,1\n")]
    [InlineData("json", "{\"k\":\"a\",\"n\":2}\n{\"k\":\"b,\\\"c\",\"n\":1}\n{\"k\":null,\"n\":1}\n")]
    [InlineData("table", "k    | n\n-----+--\na    | 2\nb,\"c | 1\nNULL | 1\n(3 rows)\n")]
    public void A_bounded_updating_select_with_a_format_prints_final_rows(string format, string expected)
    {
        Outcome outcome = _cli.Script(Counts, "--format", format);
        Assert.Equal((0, expected), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Arrow_output_is_an_ipc_stream()
    {
        Outcome outcome = _cli.Script(Counts, "--format", "arrow");
        Assert.Equal(0, outcome.ExitCode);
        using var pool = BufferPools.FromEnvironment();
        using var memory = new BufferAllocator("test", pool);
        using var reader = new IpcStreamReader(new MemoryStream(outcome.Bytes), memory);
        Assert.Equal("k", reader.Schema.Fields[0].Name);
        long rows = 0;
        long sum = 0;
        while (reader.Read() is { } batch)
        {
            rows += batch.Length;
            foreach (long n in ((FixedWidthArray)batch.Columns[1]).Values<long>()[..batch.Length])
            {
                sum += n;
            }

            batch.Release();
        }

        Assert.Equal((3, 4), (rows, sum));
    }

    [Theory]
    [InlineData("csv", "a,b\n")]
    [InlineData("json", "")]
    [InlineData("table", "a | b\n--+--\n(0 rows)\n")]
    public void No_rows_are_a_result_too(string format, string expected)
    {
        Outcome outcome = _cli.Script("SELECT a, a + 1 AS b FROM (VALUES (1)) AS t(a) WHERE a > 1;", "--format", format);
        Assert.Equal((0, expected), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Every_type_is_printed_in_every_format()
    {
        const string types = """
            SELECT TRUE AS b, CAST(1 AS TINYINT) AS i8, CAST(-2 AS SMALLINT) AS i16, 3 AS i32, CAST(4 AS BIGINT) AS i64,
              CAST(1.5 AS FLOAT) AS f32, CAST(0.1 AS DOUBLE) AS f64, 12.30 AS d, DATE '2024-02-29' AS dt, TIME '01:02:03' AS tm,
              TIMESTAMP '2024-02-29 01:02:03.456' AS ts, 'text' AS s, CAST(NULL AS INT) AS n;
            """;
        Outcome csv = _cli.Script(types, "--format", "csv");
        Assert.Equal("b,i8,i16,i32,i64,f32,f64,d,dt,tm,ts,s,n\ntrue,1,-2,3,4,1.5,0.1,12.30,2024-02-29,01:02:03,2024-02-29 01:02:03.456,text,\n", csv.Text);
        Outcome json = _cli.Script(types, "--format", "json");
        Assert.Equal(
            "{\"b\":true,\"i8\":1,\"i16\":-2,\"i32\":3,\"i64\":4,\"f32\":1.5,\"f64\":0.1,\"d\":12.30,\"dt\":\"2024-02-29\",\"tm\":\"01:02:03\","
            + "\"ts\":\"2024-02-29 01:02:03.456\",\"s\":\"text\",\"n\":null}\n",
            json.Text);
        Assert.Equal(0, _cli.Script(types, "--format", "table").ExitCode);
        Assert.Equal(0, _cli.Script(types, "--format", "arrow").ExitCode);
    }

    [Theory]
    [InlineData("csv", "m,n\n\"{\"\"1\"\":\"\"x\"\"}\",\"{\"\"[1,null]\"\":{\"\"2020-01-01\"\":1}}\"\n")]
    [InlineData("json", "{\"m\":{\"1\":\"x\"},\"n\":{\"[1,null]\":{\"2020-01-01\":1}}}\n")]
    public void Keys_of_maps_that_are_no_text_are_printed_as_text(string format, string expected)
    {
        const string maps = "SELECT MAP[1, 'x'] AS m, MAP[ARRAY[1, NULL], MAP[DATE '2020-01-01', 1]] AS n;";
        Outcome outcome = _cli.Script(maps, "--format", format);
        Assert.Equal((0, expected), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void The_answer_is_the_same_at_parallelism_4()
    {
        const string sql = """
            CREATE TABLE bid (auction BIGINT, price BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid', 'nexmark.events' = '50000');
            SELECT auction % 100 AS k, COUNT(*) AS n, SUM(price) AS total FROM bid GROUP BY auction % 100 ORDER BY k;
            """;
        Outcome one = _cli.Script(sql, "--format", "csv");
        Outcome four = _cli.Script(sql, "--format", "csv", "--parallelism", "4");
        Assert.Equal((0, 0), (one.ExitCode, four.ExitCode));
        Assert.Equal(101, one.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(one.Text, four.Text);
    }

    [Theory]
    [InlineData("'nexmark.events' = '1000000'")]
    [InlineData("'nexmark.rows-per-second' = '1000'")]
    public void A_pipe_that_closes_ends_the_query_quietly(string rows)
    {
        _cli.Folder.Write("job.sql", $"""
            CREATE TABLE bid (auction BIGINT, price BIGINT) WITH ('connector' = 'nexmark', 'nexmark.table' = 'bid', {rows});
            SELECT auction, price FROM bid;
            """);
        Outcome outcome = _cli.RunIntoHead(3, "run", "job.sql");
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("   at ", outcome.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("error", outcome.Errors, StringComparison.Ordinal);
    }
}
