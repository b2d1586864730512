using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Printing;
using ColumnStream.Arrow.Types;
using ColumnStream.Fuzz.Plants;
using ColumnStream.Testing.Arrow;

namespace ColumnStream.Fuzz;

/// <summary>
/// Mutates valid Arrow streams and files where it hurts and reads every value of what is still accepted.
/// </summary>
/// <remarks>
/// Memory is guarded: a read outside a buffer ends the process, a leak or a foreign exception throws.
/// </remarks>
internal static class IpcFuzz
{
    private const long MemoryLimit = 8 << 20;
    private static readonly long[] s_numbers =
    [
        0, 1, -1, 2, 7, 8, 12, 13, 63, 64, 65, 255, 256, 4096, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue,
        long.MinValue, 1L << 32, 1L << 46,
    ];

    /// <summary>Tries the cases of a run.</summary>
    public static void Run(FuzzRun run)
    {
        using var pool = new GuardedPool();
        using var allocator = new BufferAllocator("fuzz", pool);
        List<byte[]> corpus = Corpus(run.Shared(), allocator);
        while (run.Next(out Random? random))
        {
            byte[] bytes = Mutate(random, corpus);
            var options = new IpcReaderOptions
            {
                TextAsViews = random.Next(2) == 0,
                NarrowDecimals = random.Next(2) == 0,
                ValidateUtf8 = random.Next(2) == 0,
                MaxBodyBytes = MemoryLimit,
                MaxUnstoredRows = 1 << 16,
            };
            bool touched = false;
            try
            {
                using BufferAllocator account = allocator.Child("case", MemoryLimit);
                Read(bytes, account, options, ref touched);
            }
            catch (Exception e) when (e is IpcException or MemoryLimitException)
            {
                run.Rejected++;
                if (e is IpcException refusal)
                {
                    PlantedIpc.AfterRefusal(run.Plant, bytes, refusal);
                }
            }
            catch (Exception e)
            {
                throw run.Error("Arrow IPC failed.", e);
            }

            run.Reached += touched ? 1 : 0;
            if (allocator.UsedBytes != 0)
            {
                throw run.Error("Arrow IPC leaks.");
            }
        }
    }

    private static List<byte[]> Corpus(Random random, BufferAllocator allocator)
    {
        var corpus = new List<byte[]>();
        for (int i = 0; i < 48; i++)
        {
            Schema schema = RandomBatches.Schema(random, most: 5);
            var batches = new List<RecordBatch>();
            for (int n = random.Next(1, 3); n > 0; n--)
            {
                batches.Add(RandomBatches.Batch(random, schema, random.Next(40), allocator));
            }

            var options = new IpcWriterOptions
            {
                Compression = random.Next(2) == 0 ? IpcCompression.None : (IpcCompression)random.Next(3),
                TextAsViews = random.Next(2) == 0,
                KeepDecimal64 = random.Next(2) == 0,
            };
            corpus.Add(IpcBytes.Write(schema, batches, allocator, options, file: random.Next(2) == 0));
            IpcBytes.Release(batches);
        }

        return corpus;
    }

    private static byte[] Mutate(Random random, List<byte[]> corpus)
    {
        byte[] bytes = (byte[])corpus[random.Next(corpus.Count)].Clone();
        (List<Range> metadata, List<Range> bodies) = Parts(bytes);
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            bool inBody = bodies.Count > 0 && random.Next(2) == 0;
            List<Range> ranges = inBody ? bodies : metadata;
            Range range = ranges.Count == 0 || random.Next(20) == 0
                ? 0..bytes.Length
                : ranges[random.Next(ranges.Count)];
            int offset = range.Start.Value;
            int length = range.End.Value - offset;
            if (length < 8 || offset + length > bytes.Length)
            {
                continue;
            }

            bytes = MutateOnce(random, bytes, offset, length, corpus);
        }

        return bytes;
    }

    /// <summary>Changes bytes of a range as a liar or a broken disk would.</summary>
    public static byte[] MutateOnce(Random random, byte[] bytes, int offset, int length, List<byte[]> corpus)
    {
        int at = offset + random.Next(length);
        switch (random.Next(16))
        {
            case < 4:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case < 6:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case < 9:
                at = Math.Min(at & ~3, bytes.Length - 4);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), (int)s_numbers[random.Next(s_numbers.Length)]);
                return bytes;
            case < 12:
                at = Math.Min(at & ~7, bytes.Length - 8);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), s_numbers[random.Next(s_numbers.Length)]);
                return bytes;
            case 12:
                at = Math.Min(at & ~3, bytes.Length - 4);
                int near = BitConverter.ToInt32(bytes, at) + random.Next(-9, 10);
                BitConverter.TryWriteBytes(bytes.AsSpan(at), near);
                return bytes;
            case 13:
                byte[] other = corpus[random.Next(corpus.Count)];
                int count = Math.Min(random.Next(1, 128), Math.Min(bytes.Length - at, other.Length));
                Array.Copy(other, random.Next(other.Length - count + 1), bytes, at, count);
                return bytes;
            case 14:
                return bytes[..at];
            default:
                int cut = Math.Min(8 * random.Next(1, 16), bytes.Length - at);
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + cut)];
        }
    }

    /// <summary>Finds the metadata and bodies of a valid stream or file.</summary>
    private static (List<Range> Metadata, List<Range> Bodies) Parts(byte[] bytes)
    {
        var metadata = new List<Range>();
        var bodies = new List<Range>();
        bool file = bytes.AsSpan().StartsWith("ARROW1"u8);
        int at = file ? 8 : 0;
        while (at + 8 <= bytes.Length && BitConverter.ToInt32(bytes, at) == -1)
        {
            int length = BitConverter.ToInt32(bytes, at + 4);
            at += 8;
            if (length == 0)
            {
                break;
            }

            // The frame's own length words count as metadata.
            metadata.Add((at - 8)..(at + length));
            long body = MessageHeader.Parse(bytes.AsSpan(at, length), at).BodyLength;
            at += length;
            if (body > 0)
            {
                bodies.Add(at..(at + (int)body));
                at += (int)body;
            }
        }

        if (file)
        {
            metadata.Add(at..bytes.Length);
        }

        return (metadata, bodies);
    }

    private static void Read(byte[] bytes, BufferAllocator allocator, IpcReaderOptions options, ref bool touched)
    {
        using var stream = new MemoryStream(bytes);
        if (bytes.AsSpan().StartsWith("ARROW1"u8))
        {
            using var reader = new IpcFileReader(stream, allocator, options);
            for (int i = 0; i < Math.Min(reader.BatchCount, 16); i++)
            {
                Touch(reader.ReadBatch(i), allocator, options);
                touched = true;
            }

            return;
        }

        using var streamReader = new IpcStreamReader(stream, allocator, options);
        while (streamReader.Read() is { } batch)
        {
            Touch(batch, allocator, options);
            touched = true;
        }
    }

    /// <summary>Reads all values, gathers some rows, and writes the batch again; releases it.</summary>
    public static void Touch(RecordBatch batch, BufferAllocator allocator, IpcReaderOptions options)
    {
        try
        {
            // A column of nulls has no buffers, so that any number of rows may be declared.
            var text = new StringBuilder();
            int rows = Math.Min(batch.Length, 2048);
            for (int row = 0; row < rows; row++)
            {
                RecordBatchPrinter.AppendRow(text, batch, row, mostLength: 16_384);
                text.Clear();
            }

            foreach (ArrayData column in batch.Columns)
            {
                _ = column.NullCount;
            }

            RecordBatch taken = rows == 0
                ? batch.Retain()
                : TakeKernel.Take(batch, [rows - 1, 0, -1, rows / 2], allocator);
            try
            {
                var write = new IpcWriterOptions { TextAsViews = options.TextAsViews };
                IpcBytes.Write(batch.Schema, [taken], allocator, write, file: false);
            }
            finally
            {
                taken.Release();
            }
        }
        finally
        {
            batch.Release();
        }
    }
}
