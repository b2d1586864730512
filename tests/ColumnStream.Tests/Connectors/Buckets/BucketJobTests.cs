using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Chaos;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Interop;
using ColumnStream.Testing.Oss;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Connectors.Buckets;

/// <summary>
/// Goal: whole jobs read and write buckets, others read what they wrote, and what is wrong is said. Method: the real program against
/// the emulator; the service's own client (npm's ali-oss) reads the objects and writes others.
/// </summary>
public sealed class BucketJobTests(ITestOutputHelper output) : IDisposable
{
    private static readonly NodeScripts s_node = new(Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "oss"), "ali-oss");
    private static readonly Dictionary<string, string> s_keys = new()
    {
        ["OSS_ACCESS_KEY_ID"] = "LTAItestAccessKeyId0", ["OSS_ACCESS_KEY_SECRET"] = "testAccessKeySecret000000000000",
    };

    private readonly OssEmulator _emulator = new(TimeProvider.System);
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _emulator.Dispose();
    }

    /// <summary>The expected bytes are written down here; they would differ if a part came twice, in another order or not at all.</summary>
    [Fact]
    public void What_a_job_wrote_is_read_by_the_services_own_client()
    {
        (int code, string text) = Run($"""
            {Table("ours", "id BIGINT", "ours/t", "csv")}
            CREATE TABLE src (id BIGINT) WITH (
              'connector' = 'datagen', 'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '99999');
            INSERT INTO ours SELECT id FROM src;
            SELECT COUNT(*), SUM(id) FROM ours;
            """);
        Assert.True(code == 0, text);
        Assert.Contains("4999950000", text, StringComparison.Ordinal);
        Assert.Equal(0, _emulator.PendingUploads);
        byte[] expected = Encoding.UTF8.GetBytes(string.Concat(
            Enumerable.Range(0, 100_000).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n")));
        Assert.Equal(expected, _emulator.Content(Assert.Single(_emulator.Keys)));
        Assert.Contains(_emulator.Calls, c => c.Parameter("partNumber") == "2");
        if (s_node.AreHere(output.WriteLine))
        {
            string read = s_node.Run("node", "objects.mjs", "read", $"{_emulator.Port}", "V4");
            JsonNode item = Assert.Single(JsonNode.Parse(read)!.AsArray())!;
            Assert.Equal(expected.Length, (int)item["size"]!);
            Assert.Equal(Convert.ToHexStringLower(MD5.HashData(expected)), (string)item["md5"]!);
        }
    }

    [Fact]
    public void What_the_services_own_client_wrote_is_read_by_a_job()
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        s_node.Run("node", "objects.mjs", "write", $"{_emulator.Port}", "V4");
        (int code, string text) = Run($"""
            {Table("list", "id BIGINT, p STRING METADATA FROM 'file.path', s BIGINT METADATA FROM 'file.size'", "npm/list", "csv")}
            SELECT p, s, id FROM list ORDER BY id;
            """);
        Assert.True(code == 0, text);
        Assert.Contains("oss://cs-bucket/npm/list/3", text, StringComparison.Ordinal);
        Assert.Contains("oss://cs-bucket/npm/list/4", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Integrity_reads_the_objects_back_and_names_one_that_differs()
    {
        string script = $"""
            SET 'execution.checkpointing.interval' = '20 ms';
            {Table("t", "id BIGINT, name STRING", "t", "json")}
            CREATE TABLE src (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20000',
              'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '4999');
            INSERT INTO t SELECT id, 'é' || CAST(id AS STRING) FROM src;
            """;
        (int code, string text) = Run(script, ["--restore", "latest"]);
        Assert.True(code == 0, text);
        (code, text) = Run("SHOW INTEGRITY FOR JOB job;", name: "show.sql");
        Assert.True(code == 0, text);
        Assert.Contains("ok", text, StringComparison.Ordinal);
        string key = _emulator.Keys[0];
        byte[] content = [.. _emulator.Content(key)];
        content[10] ^= 1;
        _emulator.Replace(key, content);
        (_, text) = Run("SHOW INTEGRITY FOR JOB job;", name: "show.sql");
        Assert.Contains(key.Split('/')[^1], text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_class_is_shown_and_what_cannot_be_is_refused()
    {
        string table = Table("t", "id BIGINT", "t", "csv");
        (int code, string text) = Run(table + "EXPLAIN INSERT INTO t VALUES (1);");
        Assert.True(code == 0, text);
        Assert.Contains("class B: objects become visible with their checkpoint", text, StringComparison.Ordinal);
        (code, text) = Run("SET 'execution.runtime-mode' = 'batch';" + table + "INSERT OVERWRITE t VALUES (1);");
        Assert.Equal(2, code);
        Assert.Contains("'path' = 'oss://cs-bucket/t'", text, StringComparison.Ordinal);
        (code, text) = Run(table + "INSERT INTO t VALUES (1);", environment: new Dictionary<string, string> { ["OSS_ACCESS_KEY_ID"] = "" });
        Assert.NotEqual(0, code);
        Assert.Contains("fs.oss.accessKeyId", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    private static string Table(string name, string columns, string path, string format) =>
        $"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'path' = 'oss://cs-bucket/{path}', 'format' = '{format}');\n";

    private (int Code, string Output) Run(
        string script, string[]? more = null, string name = "job.sql", IReadOnlyDictionary<string, string>? environment = null)
    {
        File.WriteAllText(_folder.At(name), script);
        return ServerProcess.Run(
            _folder.Path,
            [
                "run", name, "-D", $"fs.oss.endpoint={_emulator.Endpoint}", "-D", $"fs.oss.region={OssEmulator.Region}",
                "-D", "fs.oss.multipart.upload.size=100 kb", .. more ?? [],
            ],
            environment ?? s_keys);
    }
}
