using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json.Nodes;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Interop;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Arrow;

/// <summary>Exchanges files with the Arrow implementation of npm; its golden files stand in tests/data/arrow.</summary>
public sealed class ArrowInteropTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string s_golden = Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "data", "arrow");
    private static readonly string s_scripts = Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "arrow");
    private static readonly NodeScripts s_node = new(s_scripts, "apache-arrow");
    private readonly SizeClassPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Theory]
    [InlineData("all.arrow")]
    [InlineData("all.stream")]
    public void Files_that_npm_wrote_hold_what_their_json_states(string name)
    {
        using var allocator = new BufferAllocator("interop", _pool);
        CheckFolder(s_golden, name, allocator);
    }

    [Fact]
    public void Npm_writes_the_golden_files_anew_and_they_read_equal()
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        string folder = Directory.CreateTempSubdirectory("columnstream-arrow-").FullName;
        try
        {
            s_node.Run("node", "write.mjs", folder);
            using var allocator = new BufferAllocator("interop", _pool);
            CheckFolder(folder, "all.arrow", allocator);
            CheckFolder(folder, "all.stream", allocator);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("dictionaries.arrow", 2)]
    [InlineData("dictionaries.stream", 3)]
    public void Dictionaries_that_npm_extends_and_replaces_hold_what_their_json_states(string name, int batches)
    {
        using var allocator = new BufferAllocator("interop", _pool);
        JsonArray expected = JsonNode.Parse(File.ReadAllText(Path.Combine(s_golden, "dictionaries.json")))!.AsArray();
        List<RecordBatch> got = IpcBytes.Read(
            File.ReadAllBytes(Path.Combine(s_golden, name)), allocator, null, out Schema schema);
        Assert.Equal(batches, got.Count);
        Assert.Equal(DataType.Dictionary(DataType.Int8, DataType.Utf8), schema.Fields[0].Type);
        for (int i = 0; i < batches; i++)
        {
            Assert.True(JsonNode.DeepEquals(expected[i], CanonicalValues.Column(got[i].Columns[0])), $"batch {i}");
        }

        IpcBytes.Release(got);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Npm_reads_dictionaries_that_we_extend_and_replace(bool file)
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        using var allocator = new BufferAllocator("interop", _pool);
        byte[] golden = File.ReadAllBytes(Path.Combine(s_golden, "dictionaries.stream"));
        List<RecordBatch> batches = IpcBytes.Read(golden, allocator, null, out Schema schema);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, IpcBytes.Write(schema, batches, allocator, IpcWriterOptions.Default, file));
            JsonArray expected = JsonNode.Parse(File.ReadAllText(Path.Combine(s_golden, "dictionaries.json")))!.AsArray();
            JsonArray got = JsonNode.Parse(s_node.Run("node", "check.mjs", path))!["batches"]!.AsArray();
            Assert.Equal(expected.Count, got.Count);
            for (int i = 0; i < got.Count; i++)
            {
                Assert.True(JsonNode.DeepEquals(expected[i], got[i]![0]!["values"]), $"batch {i}: {got[i]!.ToJsonString()}");
            }
        }
        finally
        {
            File.Delete(path);
            IpcBytes.Release(batches);
        }
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, true, false)]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(false, true, false)]
    public void Npm_reads_what_we_write(bool engine, bool file, bool views)
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        using var allocator = new BufferAllocator("interop", _pool);
        byte[] golden = File.ReadAllBytes(Path.Combine(s_golden, "all.arrow"));
        IpcReaderOptions read = engine ? IpcReaderOptions.Engine : IpcReaderOptions.Default;
        List<RecordBatch> batches = IpcBytes.Read(golden, allocator, read, out Schema schema);
        string path = Path.GetTempFileName();
        try
        {
            var write = new IpcWriterOptions { TextAsViews = views, KeepDecimal64 = !engine };
            File.WriteAllBytes(path, IpcBytes.Write(schema, batches, allocator, write, file));
            JsonNode got = JsonNode.Parse(s_node.Run("node", "check.mjs", path))!;
            JsonNode expected = Expected(s_golden);
            Assert.True(JsonNode.DeepEquals(expected["metadata"], got["metadata"]));
            Assert.Equal(batches.Count, got["batches"]!.AsArray().Count);
            foreach (JsonNode? batch in got["batches"]!.AsArray())
            {
                output.WriteLine($"{batch!.AsArray().Count} columns crossed");
                AssertColumns(expected, i => batch![i]!["name"]!.GetValue<string>(), i => batch![i]!["values"]!);
                int text = schema.IndexOf("utf8");
                Assert.Equal(views && engine ? "Utf8View" : "Utf8", batch![text]!["type"]!.GetValue<string>());
            }
        }
        finally
        {
            File.Delete(path);
            IpcBytes.Release(batches);
        }
    }

    private static void CheckFolder(string folder, string name, BufferAllocator allocator)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, name));
        JsonNode expected = Expected(folder);
        foreach (IpcReaderOptions options in (IpcReaderOptions[])[IpcReaderOptions.Default, IpcReaderOptions.Engine])
        {
            List<RecordBatch> batches = IpcBytes.Read(bytes, allocator, options, out Schema schema);
            Assert.Equal(expected["batches"]!.GetValue<int>(), batches.Count);
            Assert.Equal(new MetadataEntry("schema key", "schema välue"), Assert.Single(schema.Metadata));
            Assert.Equal(new MetadataEntry("field key", "field value"), Assert.Single(schema.Fields[1].Metadata));
            foreach (RecordBatch batch in batches)
            {
                AssertColumns(
                    expected, i => schema.Fields[i].Name, i => CanonicalValues.Column(batch.Columns[i]));
            }

            IpcBytes.Release(batches);
        }
    }

    private static JsonNode Expected(string folder) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "all.json")))!;

    private static void AssertColumns(JsonNode expected, Func<int, string> name, Func<int, JsonNode> values)
    {
        JsonArray columns = expected["columns"]!.AsArray();
        for (int i = 0; i < columns.Count; i++)
        {
            Assert.Equal(columns[i]!["name"]!.GetValue<string>(), name(i));
            JsonNode got = values(i);
            Assert.True(
                JsonNode.DeepEquals(columns[i]!["values"], got),
                $"{name(i)}: expected {columns[i]!["values"]!.ToJsonString()}, got {got.ToJsonString()}");
        }
    }
}
