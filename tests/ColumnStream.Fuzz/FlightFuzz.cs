using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;
using ColumnStream.Flight.Grpc;
using ColumnStream.Testing.Arrow;

namespace ColumnStream.Fuzz;

/// <summary>Mutates streams of gRPC messages that hold batches, and reads every value of what is still accepted.</summary>
/// <remarks>
/// Prefixes, fields and lengths are changed as often as what they hold. Memory is guarded; a foreign exception, a leak, or more
/// memory than the account has throws.
/// </remarks>
internal static class FlightFuzz
{
    private const long MemoryLimit = 8 << 20;
    private const int MostMessage = 1 << 20;

    /// <summary>Tries the cases of a run.</summary>
    public static void Run(FuzzRun run)
    {
        using var pool = new GuardedPool();
        using var allocator = new BufferAllocator("fuzz", pool);
        List<byte[]> corpus = Corpus(run.Shared(), allocator);
        while (run.Next(out Random? random))
        {
            byte[] bytes = Mutate(random, corpus);
            bool isGzip = random.Next(16) != 0;
            var options = new IpcReaderOptions
            {
                TextAsViews = random.Next(2) == 0,
                NarrowDecimals = random.Next(2) == 0,
                MaxBodyBytes = MemoryLimit,
                MaxUnstoredRows = 1 << 16,
            };
            int read = 0;
            try
            {
                using BufferAllocator account = allocator.Child("case", MemoryLimit);
                ReadAsync(bytes, isGzip, account, options, () => read++).GetAwaiter().GetResult();
            }
            catch (Exception e) when (e is GrpcException or IpcException or MemoryLimitException)
            {
                run.Rejected++;
            }
            catch (Exception e)
            {
                throw run.Error("Flight failed.", e);
            }

            run.Reached += read > 0 ? 1 : 0;
            if (allocator.UsedBytes != 0)
            {
                throw run.Error("Flight leaks.");
            }
        }
    }

    private static async Task ReadAsync(byte[] bytes, bool isGzip, BufferAllocator allocator, IpcReaderOptions options, Action counted)
    {
        await using var reader = new FlightBatchReader(allocator, options, new Bytes(bytes, isGzip));
        await reader.ReadDescriptorAsync();
        await reader.ReadSchemaAsync();
        while (await reader.ReadAsync() is { } message)
        {
            counted();
            if (message.Batch is { } batch)
            {
                IpcFuzz.Touch(batch, allocator, options);
            }
        }
    }

    private static List<byte[]> Corpus(Random random, BufferAllocator allocator)
    {
        var corpus = new List<byte[]>();
        for (int i = 0; i < 48; i++)
        {
            var sink = new Collected();
            var hooks = new Bytes([], false);
            var frames = new FrameWriter(sink, compresses: random.Next(8) == 0);
            FlightDescriptor? descriptor = random.Next(2) == 0 ? FlightDescriptor.FromPath("a", "b") : null;
            var writer = new FlightBatchWriter(new FlightDataWriter(frames), allocator, hooks, descriptor);
            WriteAsync(writer, random, allocator).GetAwaiter().GetResult();
            corpus.Add(sink.ToArray());
        }

        return corpus;
    }

    private static async Task WriteAsync(FlightBatchWriter writer, Random random, BufferAllocator allocator)
    {
        Schema schema = RandomBatches.Schema(random, most: 5);
        var compression = random.Next(2) == 0 ? IpcCompression.None : (IpcCompression)random.Next(3);
        await writer.StartAsync(schema, new IpcWriterOptions { Compression = compression });
        for (int n = random.Next(2, 6); n > 0; n--)
        {
            RecordBatch batch = RandomBatches.Batch(random, schema, random.Next(40), allocator);
            await writer.WriteAsync(batch, random.Next(2) == 0 ? default : new byte[random.Next(20)]);
            batch.Release();
        }

        writer.Close();
    }

    /// <summary>Changes a stream: half of the time in the first bytes of a message, where its lengths stand.</summary>
    private static byte[] Mutate(Random random, List<byte[]> corpus)
    {
        byte[] bytes = (byte[])corpus[random.Next(corpus.Count)].Clone();
        List<int> starts = Starts(bytes);
        for (int n = random.Next(1, 3); n > 0; n--)
        {
            int offset = random.Next(2) == 0 ? starts[random.Next(starts.Count)] : 0;
            int length = offset == 0 && random.Next(2) == 0 ? bytes.Length : Math.Min(24, bytes.Length - offset);
            if (length >= 8)
            {
                bytes = IpcFuzz.MutateOnce(random, bytes, offset, length, corpus);
            }
        }

        return bytes;
    }

    private static List<int> Starts(byte[] bytes)
    {
        List<int> starts = [];
        for (int at = 0; at + 5 <= bytes.Length; at += 5 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 1)))
        {
            starts.Add(at);
        }

        return starts;
    }

    private sealed class Bytes(byte[] bytes, bool isGzip) : FlightStreamHooks
    {
        public override ValueTask<FrameReader> OpenAsync() => new(new FrameReader(new MemorySource(bytes), isGzip, MostMessage));
    }

    private sealed class Collected : ByteSink
    {
        private readonly MemoryStream _bytes = new();

        public byte[] ToArray() => _bytes.ToArray();

        public override void Append(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            _bytes.Write(bytes.Span);
            return default;
        }

        public override ValueTask FlushAsync() => default;
    }
}
