using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Testing.Arrow;

/// <summary>Writes and reads whole streams and files in memory.</summary>
public static class IpcBytes
{
    /// <summary>Writes all batches as a file or a stream.</summary>
    public static byte[] Write(
        Schema schema, IEnumerable<RecordBatch> batches, BufferAllocator allocator, IpcWriterOptions options, bool file)
    {
        using var stream = new MemoryStream();
        if (file)
        {
            using var writer = new IpcFileWriter(stream, schema, allocator, options);
            foreach (RecordBatch batch in batches)
            {
                writer.Write(batch);
            }

            writer.Finish();
        }
        else
        {
            using var writer = new IpcStreamWriter(stream, schema, allocator, options);
            foreach (RecordBatch batch in batches)
            {
                writer.Write(batch);
            }

            writer.Finish();
        }

        return stream.ToArray();
    }

    /// <summary>Reads all batches of a file, known by its first bytes, or a stream; the caller releases them.</summary>
    public static List<RecordBatch> Read(
        byte[] bytes, BufferAllocator allocator, IpcReaderOptions? options, out Schema schema)
    {
        var batches = new List<RecordBatch>();
        try
        {
            using var stream = new MemoryStream(bytes);
            if (bytes.AsSpan().StartsWith("ARROW1"u8))
            {
                using var reader = new IpcFileReader(stream, allocator, options);
                schema = reader.Schema;
                for (int i = 0; i < reader.BatchCount; i++)
                {
                    batches.Add(reader.ReadBatch(i));
                }
            }
            else
            {
                using var reader = new IpcStreamReader(stream, allocator, options);
                schema = reader.Schema;
                while (reader.Read() is { } batch)
                {
                    batches.Add(batch);
                }
            }

            return batches;
        }
        catch
        {
            Release(batches);
            throw;
        }
    }

    /// <summary>Fails with the first batch and column that differ.</summary>
    public static void AssertEqual(List<RecordBatch> expected, List<RecordBatch> got, bool anyLayout)
    {
        if (expected.Count != got.Count)
        {
            throw new InvalidOperationException($"Numbers of batches differ: {expected.Count}, {got.Count}.");
        }

        for (int i = 0; i < expected.Count; i++)
        {
            for (int c = 0; c < expected[i].Columns.Length; c++)
            {
                if (!ArrayEquality.Equals(expected[i].Columns[c], got[i].Columns[c], anyLayout))
                {
                    var text = new StringBuilder($"Batch {i}, column {c} differs: {expected[i].Schema.Fields[c]}");
                    throw new InvalidOperationException(text.ToString());
                }
            }
        }
    }

    /// <summary>Releases all batches and forgets them.</summary>
    public static void Release(List<RecordBatch> batches)
    {
        foreach (RecordBatch batch in batches)
        {
            batch.Release();
        }

        batches.Clear();
    }
}
