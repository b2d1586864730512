using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Arrow;

/// <summary>
/// Reads the files of other Arrow implementations, compares them with their stated contents, and writes them again.
/// </summary>
public sealed class GoldenFileTests(ITestOutputHelper output) : IDisposable
{
    private readonly SizeClassPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void Every_golden_file_reads_equal_to_its_json_and_survives_writing()
    {
        if (GoldenFiles.ArrowTesting() is not { } folder)
        {
            output.WriteLine("skipped: no arrow-testing folder, see COLUMNSTREAM_ARROW_TESTING");
            return;
        }

        // Not disposed when a file fails: leaked buffers must not hide the reason.
        var allocator = new BufferAllocator("golden", _pool);
        int read = 0;
        int rounds = 0;
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order())
        {
            if (!path.EndsWith(".stream", StringComparison.Ordinal)
                && !path.EndsWith(".arrow_file", StringComparison.Ordinal))
            {
                continue;
            }

            string json = Path.ChangeExtension(path, null) + ".json.gz";
            try
            {
                rounds += Check(path, json, allocator);
                read++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Golden file failed: {path}.", e);
            }

            Assert.Equal(0, allocator.UsedBytes);
        }

        output.WriteLine($"{read} files read, {rounds} round trips");
        Assert.True(read >= 120, $"Too few golden files were read: {read}.");
    }

    private static int Check(string path, string json, BufferAllocator allocator)
    {
        List<RecordBatch> got = IpcBytes.Read(File.ReadAllBytes(path), allocator, null, out Schema schema);
        (Schema expectedSchema, List<RecordBatch> expected) = IntegrationJson.Read(json, allocator);
        Assert.Equal(Canonical(expectedSchema.Fields), Canonical(schema.Fields));
        Assert.Equal(expectedSchema.Metadata, schema.Metadata);
        IpcBytes.AssertEqual(expected, got, anyLayout: true);
        int rounds = 0;

        foreach (IpcCompression compression in Enum.GetValues<IpcCompression>())
        {
            var plain = new IpcWriterOptions { Compression = compression };
            var exact = new IpcWriterOptions { Compression = compression, TextAsViews = true, KeepDecimal64 = true };
            foreach (bool file in (bool[])[false, true])
            {
                byte[] written = IpcBytes.Write(schema, got, allocator, exact, file);
                List<RecordBatch> again = IpcBytes.Read(written, allocator, null, out Schema schemaAgain);
                Assert.Equal(schema, schemaAgain);
                IpcBytes.AssertEqual(got, again, anyLayout: false);
                IpcBytes.Release(again);

                written = IpcBytes.Write(schema, got, allocator, plain, file);
                again = IpcBytes.Read(written, allocator, IpcReaderOptions.Engine, out _);
                IpcBytes.AssertEqual(expected, again, anyLayout: true);
                IpcBytes.Release(again);
                rounds += 2;
            }
        }

        IpcBytes.Release(got);
        IpcBytes.Release(expected);
        return rounds;
    }

    /// <summary>
    /// Gives the fields of maps their usual names, and metadata by key: writers may choose others, and some streams have
    /// lost theirs.
    /// </summary>
    private static ValueList<Field> Canonical(ValueList<Field> fields)
    {
        var renamed = new List<Field>();
        foreach (Field field in fields)
        {
            DataType type = field.Type with { Children = Canonical(field.Type.Children) };
            if (type.Id == TypeId.Map)
            {
                type = DataType.Map(
                    type.KeyField with { Name = "key" }, type.ValueField with { Name = "value" }, type.IsOrdered);
            }

            MetadataEntry[] metadata = [.. field.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)];
            renamed.Add(field with { Type = type, Metadata = ValueList.Create<MetadataEntry>(metadata) });
        }

        return ValueList.From(renamed);
    }
}
