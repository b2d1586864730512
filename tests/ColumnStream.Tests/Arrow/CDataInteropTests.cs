using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.CData;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Arrow;

/// <summary>
/// Gives batches to a reader of the C data interface that was written by the specification, in C++, and takes its own: copies
/// whose buffers end at pages that nobody may read.
/// </summary>
public sealed unsafe class CDataInteropTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string s_tests = Path.Combine(GoldenFiles.RepositoryRoot(), "tests");
    private readonly SizeClassPool _pool = new();

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void The_other_reader_sees_what_npm_wrote()
    {
        WithLibrary(library =>
        {
            using var allocator = new BufferAllocator("c data", _pool);
            byte[] golden = File.ReadAllBytes(Path.Combine(s_tests, "data", "arrow", "all.arrow"));
            JsonArray columns = JsonNode.Parse(
                File.ReadAllText(Path.Combine(s_tests, "data", "arrow", "all.json")))!["columns"]!.AsArray();
            foreach (IpcReaderOptions options in (IpcReaderOptions[])[IpcReaderOptions.Default, IpcReaderOptions.Engine])
            {
                List<RecordBatch> batches = IpcBytes.Read(golden, allocator, options, out _);
                for (int first = 0; first < 3; first++)
                {
                    RecordBatch slice = batches[0].Slice(first, 4 - first, allocator);
                    JsonArray got = JsonNode.Parse(library.Print(slice))!.AsArray();
                    slice.Release();
                    Assert.Equal(columns.Count, got.Count);
                    for (int i = 0; i < got.Count; i++)
                    {
                        JsonArray expected = columns[i]!["values"]!.DeepClone().AsArray();
                        expected.RemoveRange(0, first);
                        Assert.True(
                            JsonNode.DeepEquals(expected, got[i]),
                            $"{columns[i]!["name"]}: expected {expected.ToJsonString()}, got {got[i]!.ToJsonString()}");
                    }
                }

                output.WriteLine($"{columns.Count} columns");
                IpcBytes.Release(batches);
            }
        });
    }

    [Fact]
    public void List_views_and_runs_are_seen_too()
    {
        WithLibrary(library =>
        {
            using var allocator = new BufferAllocator("c data", _pool);
            foreach (bool large in (bool[])[false, true])
            {
                var item = new Field("item", DataType.Int32);
                DataType views = large ? DataType.LargeListView(item) : DataType.ListView(item);
                DataType runs = DataType.RunEndEncoded(large ? DataType.Int64 : DataType.Int16, new Field("values", DataType.Utf8));
                using var list = new ListViewBuilder(views, allocator);
                using var run = new RunEndBuilder(runs, allocator);
                for (int i = 0; i < 6; i++)
                {
                    ((FixedWidthBuilder)list.Items).Append(i);
                }

                list.AppendList(4, 2);
                list.AppendNull();
                list.AppendList(0, 3);
                list.AppendList(2, 0);
                ((BinaryBuilder)run.Values).Append("a"u8);
                run.AppendRun(2);
                run.Values.AppendNull();
                run.AppendRun(1);
                ((BinaryBuilder)run.Values).Append("b"u8);
                run.AppendRun(1);
                var schema = new Schema(new Field("v", views), new Field("r", runs));
                var batch = new RecordBatch(schema, [list.Finish(), run.Finish()], 4);
                RecordBatch slice = batch.Slice(1, 3, allocator);
                Assert.Equal("""[[["4","5"],null,["0","1","2"],[]],["a","a",null,"b"]]""", library.Print(batch));
                Assert.Equal("""[[null,["0","1","2"],[]],["a",null,"b"]]""", library.Print(slice));
                batch.Release();
                slice.Release();
            }
        });
    }

    [Fact]
    public void Streams_are_read_to_their_end_or_error()
    {
        WithLibrary(library =>
        {
            using var allocator = new BufferAllocator("c data", _pool);
            var schema = new Schema(new Field("n", DataType.Int64));
            var batches = new List<RecordBatch>();
            for (long i = 0; i < 2; i++)
            {
                using var builder = new FixedWidthBuilder(DataType.Int64, allocator);
                builder.Append(i);
                builder.AppendNull();
                batches.Add(new RecordBatch(schema, [builder.Finish()], 2));
            }

            Assert.Equal("[[\"0\",null]]\n[[\"1\",null]]\n", library.Stream(schema, CDataTests.Yield(batches, fails: false)));
            Assert.EndsWith(
                "]]\n!The source är gone.", library.Stream(schema, CDataTests.Yield(batches, fails: true)), StringComparison.Ordinal);
            IpcBytes.Release(batches);
        });
    }

    [Fact]
    public void Copies_without_readable_memory_behind_them_are_taken_as_equal()
    {
        WithLibrary(library =>
        {
            using var allocator = new BufferAllocator("c data", _pool);
            for (int seed = 0; seed < 150; seed++)
            {
                var random = new Random(seed);
                Schema schema = RandomBatches.Schema(random);
                RecordBatch batch = RandomBatches.Batch(random, schema, random.Next(70), allocator);
                RecordBatch got = library.Copy(batch, front: random.Next(20), allocator);
                Assert.Equal(batch.Schema, got.Schema);
                Assert.True(ArrayEquality.Equals(batch, got), $"seed {seed}: {schema}");
                int row = got.Length / 3;
                RecordBatch slice = got.Slice(row, got.Length - row, allocator);
                int[] rows = got.Length == 0 ? [] : [got.Length - 1, 0, row];
                RecordBatch taken = TakeKernel.Take(got, rows, allocator);
                RecordBatch joined = ArrayConcat.Concat([got, slice], allocator);
                var write = new IpcWriterOptions { Compression = (IpcCompression)random.Next(3), TextAsViews = seed % 2 == 0 };
                List<RecordBatch> again = IpcBytes.Read(
                    IpcBytes.Write(schema, [got, slice], allocator, write, file: false), allocator, null, out _);
                Assert.True(ArrayEquality.Equals(batch, again[0], anyLayout: true), $"seed {seed}: {schema}");
                IpcBytes.Release(again);
                foreach (RecordBatch b in (RecordBatch[])[batch, got, slice, taken, joined])
                {
                    b.Release();
                }

                Assert.Equal(0, library.Live());
                Assert.Equal(0, allocator.UsedBytes);
            }
        });
    }

    [Fact]
    public void Expressions_over_foreign_memory_read_nothing_behind_it()
    {
        WithLibrary(library =>
        {
            using var allocator = new BufferAllocator("c data", _pool);
            for (int rows = 1; rows < 1100; rows += rows < 70 ? 1 : 97)
            {
                RecordBatch batch = ForeignExpressions.Batch(new Random(rows), rows, allocator);
                RecordBatch foreign = library.Copy(batch, front: 0, allocator);
                Assert.True(((FixedWidthArray)foreign.Columns[0]).ValuesBuffer.IsForeign);
                ArrayData[] expected = ForeignExpressions.Evaluate(batch, allocator);
                ArrayData[] got = ForeignExpressions.Evaluate(foreign, allocator);
                for (int i = 0; i < got.Length; i++)
                {
                    Assert.True(ArrayEquality.Equals(expected[i], got[i]), $"{rows} rows, expression {i}");
                    expected[i].Release();
                    got[i].Release();
                }

                batch.Release();
                foreign.Release();
                Assert.Equal(0, library.Live());
            }
        });
    }

    private void WithLibrary(Action<WalkLibrary> test)
    {
        if (!File.Exists("/usr/bin/g++"))
        {
            output.WriteLine("skipped: g++ is not installed");
            return;
        }

        string folder = Directory.CreateTempSubdirectory("columnstream-cdata-").FullName;
        try
        {
            string path = Path.Combine(folder, "walk.so");
            string source = Path.Combine(s_tests, "interop", "cdata", "walk.cpp");
            using Process compiler = Process.Start("/usr/bin/g++", ["-std=c++17", "-O1", "-shared", "-fPIC", "-o", path, source])!;
            compiler.WaitForExit();
            Assert.Equal(0, compiler.ExitCode);
            test(new WalkLibrary(NativeLibrary.Load(path)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Calls the compiled reader; it stays loaded until the process ends.</summary>
    private sealed class WalkLibrary(nint handle)
    {
        private readonly nint _print = NativeLibrary.GetExport(handle, "walk_print");
        private readonly nint _stream = NativeLibrary.GetExport(handle, "walk_stream");
        private readonly nint _copy = NativeLibrary.GetExport(handle, "walk_copy");
        private readonly nint _live = NativeLibrary.GetExport(handle, "walk_live");

        public string Print(RecordBatch batch)
        {
            CSchema schema;
            CArray array;
            CSchemaExporter.Export(batch.Schema, &schema);
            CArrayExporter.Export(batch, &array);
            var text = new byte[1 << 16];
            fixed (byte* pointer = text)
            {
                var print = (delegate* unmanaged<CSchema*, CArray*, byte*, long, long>)_print;
                long length = print(&schema, &array, pointer, text.Length);
                Assert.True(schema.Release is null && array.Release is null && length > 0);
                return System.Text.Encoding.UTF8.GetString(text, 0, (int)length);
            }
        }

        public string Stream(Schema schema, IEnumerator<RecordBatch> batches)
        {
            CArrayStream stream;
            CStreamExporter.Export(schema, batches, &stream);
            var text = new byte[1 << 16];
            fixed (byte* pointer = text)
            {
                var print = (delegate* unmanaged<CArrayStream*, byte*, long, long>)_stream;
                long length = print(&stream, pointer, text.Length);
                Assert.True(stream.Release is null && length > 0);
                return System.Text.Encoding.UTF8.GetString(text, 0, (int)length);
            }
        }

        public RecordBatch Copy(RecordBatch batch, int front, BufferAllocator allocator)
        {
            CSchema schema;
            CArray array;
            CSchema schemaCopy;
            CArray arrayCopy;
            CSchemaExporter.Export(batch.Schema, &schema);
            CArrayExporter.Export(batch, &array);
            ((delegate* unmanaged<CSchema*, CArray*, CSchema*, CArray*, long, void>)_copy)(
                &schema, &array, &schemaCopy, &arrayCopy, front);
            return CArrayImporter.Import(&arrayCopy, CSchemaImporter.ImportSchema(&schemaCopy), allocator);
        }

        public long Live() => ((delegate* unmanaged<long>)_live)();
    }
}
