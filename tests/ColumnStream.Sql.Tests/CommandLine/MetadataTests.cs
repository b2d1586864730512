using System;
using System.IO;
using Xunit;

namespace ColumnStream.Sql.Tests.CommandLine;

/// <summary>Goal: columns of metadata tell of the file that a row comes from. Method: files of known names, sizes and times.</summary>
public sealed class MetadataTests : IDisposable
{
    private readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Files_tell_path_name_size_and_time()
    {
        _cli.Folder.Write("in/one.jsonl", "{\"a\":1}\n{\"a\":2}\n");
        _cli.Folder.Write("in/another-longer-name.jsonl", "{\"a\":3}\n");
        File.SetLastWriteTimeUtc(_cli.Folder.At("in/one.jsonl"), new DateTime(2024, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        Outcome outcome = _cli.Script("""
            CREATE TABLE t (
              n STRING NOT NULL METADATA FROM 'file.name', a INT, `file.size` BIGINT METADATA VIRTUAL,
              p STRING METADATA FROM 'file.path' VIRTUAL, changed TIMESTAMP_LTZ(3) METADATA FROM 'file.modification-time' VIRTUAL)
            WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');
            SELECT a, n, `file.size`, p LIKE '%/in/' || n AS inside, CASE WHEN a < 3 THEN changed END AS changed FROM t ORDER BY a;
            SELECT DISTINCT n FROM t WHERE `file.size` < 10;
            """);
        Assert.Equal("", outcome.ExitCode == 0 ? "" : outcome.Errors);
        Assert.Equal(
            "a,n,file.size,inside,changed\n1,one.jsonl,16,true,2024-02-03 04:05:06Z\n2,one.jsonl,16,true,2024-02-03 04:05:06Z\n"
                + "3,another-longer-name.jsonl,8,true,\nn\nanother-longer-name.jsonl\n",
            outcome.Text);
    }

    [Fact]
    public void Change_envelopes_tell_where_they_come_from_beside_the_file()
    {
        _cli.Folder.Write(
            "in/changes.jsonl",
            """{"before":null,"after":{"a":1},"op":"c","ts_ms":1589355606100,"source":{"db":"shop","table":"goods","ts_ms":1589355606000}}"""
            + "\n" + """{"before":{"a":1},"after":{"a":2},"op":"u","ts_ms":1589355607100,"source":{"db":"shop","table":"goods"}}""" + "\n");
        Outcome outcome = _cli.Script("""
            CREATE TABLE t (
              origin STRING METADATA FROM 'value.source.database' VIRTUAL, f STRING NOT NULL METADATA FROM 'file.name' VIRTUAL,
              a INT, properties MAP<STRING, STRING> METADATA FROM 'value.source.properties' VIRTUAL,
              seen TIMESTAMP_LTZ(3) METADATA FROM 'value.ingestion-timestamp' VIRTUAL)
            WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'debezium-json');
            SELECT a, origin, f, properties['table'] AS origin_table, seen FROM t;
            """);
        Assert.Equal(
            "op,a,origin,f,origin_table,seen\n+I,1,shop,changes.jsonl,goods,2020-05-13 07:40:06.1Z\n"
                + "-U,1,shop,changes.jsonl,goods,2020-05-13 07:40:07.1Z\n+U,2,shop,changes.jsonl,goods,2020-05-13 07:40:07.1Z\n",
            outcome.Text);
        outcome = _cli.Script("""
            CREATE TABLE lines (a STRING METADATA FROM 'value.source.database' VIRTUAL)
            WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');
            """);
        Assert.Contains("has no key 'value.source.database'", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Virtual_columns_are_left_out_when_the_table_is_written()
    {
        Outcome outcome = _cli.Script("""
            CREATE TABLE t (n STRING METADATA FROM 'file.size' VIRTUAL, a INT)
                WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');
            """);
        Assert.Contains("Declare it as BIGINT NOT NULL", outcome.Errors, StringComparison.Ordinal);
        outcome = _cli.Script("""
            CREATE TABLE t (n BIGINT METADATA FROM 'file.size' VIRTUAL, a INT)
                WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');
            INSERT INTO t VALUES (7);
            SELECT a, n FROM t;
            """);
        Assert.Equal((0, "a,n\n7,8\n"), (outcome.ExitCode, outcome.Text));
    }

    [Fact]
    public void Metadata_that_can_only_be_read_is_not_written()
    {
        Outcome outcome = _cli.Script("""
            CREATE TABLE t (n BIGINT METADATA FROM 'file.size', a INT)
                WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');
            INSERT INTO t VALUES (7, 8);
            """);
        Assert.Contains("error CST2032", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("Declare it VIRTUAL", outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_is_an_error_that_names_the_known_ones()
    {
        Outcome outcome = _cli.Script(
            "CREATE TABLE t (a INT, m STRING METADATA FROM 'topic') WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');");
        Assert.Contains("Keys: file.path STRING NOT NULL, file.name", outcome.Errors, StringComparison.Ordinal);
        outcome = _cli.Script("CREATE TABLE t (a INT, m STRING METADATA) WITH ('connector' = 'datagen');");
        Assert.Contains("connector 'datagen' has no key 'm'. It has none.", outcome.Errors, StringComparison.Ordinal);
    }
}
