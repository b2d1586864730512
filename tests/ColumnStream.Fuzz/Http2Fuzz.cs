using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;
using ColumnStream.Flight.Http2;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ColumnStream.Fuzz;

/// <summary>Plays a server whose frames are changed, left out, doubled and cut, to this project's own HTTP/2 client.</summary>
/// <remarks>
/// One case in eight is left as it was and must be read in full. A foreign exception, other bytes than were sent, or a call without an
/// end throws.
/// </remarks>
internal static class Http2Fuzz
{
    private const int Data = 0;
    private const int Headers = 1;
    private const int EndStream = 1;
    private const int EndHeaders = 4;
    private const int Padded = 8;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    /// <summary>Tries the cases of a run.</summary>
    public static void Run(FuzzRun run)
    {
        while (run.Next(out Random? random))
        {
            List<byte[]> messages = [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Bytes(random, random.Next(3) * random.Next(40_000)))];
            List<byte[]> frames = Frames(random, messages);
            bool isWhole = random.Next(8) == 0;
            if (!isWhole)
            {
                Mutate(random, frames);
            }

            List<byte[]> got = [];
            try
            {
                AskAsync([.. frames.SelectMany(f => f)], random.Next(), got).WaitAsync(s_limit).GetAwaiter().GetResult();
            }
            catch (GrpcException error)
            {
                run.Rejected++;
                if (isWhole)
                {
                    throw run.Error("A good answer was refused.", error);
                }
            }
            catch (Exception e)
            {
                throw run.Error("The client failed.", e);
            }

            run.Reached += got.Count > 0 ? 1 : 0;
            if (isWhole && !got.Select(Convert.ToHexString).SequenceEqual(messages.Select(Convert.ToHexString)))
            {
                throw run.Error("Other messages were read than were sent.");
            }
        }
    }

    private static async Task AskAsync(byte[] answer, int seed, List<byte[]> got)
    {
        using var transport = new Transport(answer, seed);
        await using var call = new GrpcClientCall(transport, "/test/Method", 1 << 20, GrpcCallOptions.None, TimeProvider.System);
        call.CompleteWrites();
        while (await call.MoveNextAsync())
        {
            got.Add((await call.ReadMessageAsync(BytesValue.Parser)).Value.ToByteArray());
        }
    }

    private static List<byte[]> Frames(Random random, List<byte[]> messages)
    {
        var body = new MemoryStream();
        foreach (byte[] message in messages)
        {
            byte[] packed = new BytesValue { Value = UnsafeByteOperations.UnsafeWrap(message) }.ToByteArray();
            body.Write([0, (byte)(packed.Length >> 24), (byte)(packed.Length >> 16), (byte)(packed.Length >> 8), (byte)packed.Length]);
            body.Write(packed);
        }

        // :status 200 and the content's type by the static table; what follows goes into the table and comes again by number.
        byte[] head = [0x88, 0x5F, .. Text("application/grpc"), 0x40, .. Text("x-a"), .. Text("b"), 0xBE];
        List<byte[]> frames = [Frame(4, 0, 0, []), .. Split(random, head, 0)];
        ReadOnlySpan<byte> left = body.ToArray();
        while (!left.IsEmpty)
        {
            if (random.Next(6) == 0)
            {
                frames.Add(random.Next(3) switch
                {
                    0 => Frame(6, random.Next(2), 0, Bytes(random, 8)),
                    1 => Frame(8, 0, random.Next(2), [0, 0, 1, 0]),
                    _ => Frame(4, 0, 0, [0, 4, 0, 1, 0, 0]),
                });
            }

            int now = Math.Min(left.Length, random.Next(1, random.Next(4) == 0 ? 60_000 : 3000));
            int padding = random.Next(8) == 0 ? random.Next(256) : -1;
            frames.Add(padding < 0
                ? Frame(Data, 0, 1, left[..now].ToArray())
                : Frame(Data, Padded, 1, [(byte)padding, .. left[..now], .. new byte[padding]]));
            left = left[now..];
        }

        frames.AddRange(Split(random, [0, .. Text("grpc-status"), .. Text("0"), 0xBE], EndStream));
        return frames;
    }

    private static IEnumerable<byte[]> Split(Random random, byte[] block, int flags)
    {
        int first = random.Next(3) == 0 ? random.Next(block.Length) : block.Length;
        yield return Frame(Headers, flags | (first == block.Length ? EndHeaders : 0), 1, block[..first]);
        if (first < block.Length)
        {
            yield return Frame(9, EndHeaders, 1, block[first..]);
        }
    }

    private static void Mutate(Random random, List<byte[]> frames)
    {
        for (int n = random.Next(1, 4); n > 0 && frames.Count > 0; n--)
        {
            int at = random.Next(frames.Count);
            byte[] frame = frames[at];
            if (frame.Length == 0)
            {
                continue;
            }

            switch (random.Next(7))
            {
                case 0:
                    frames.RemoveAt(at);
                    break;
                case 1:
                    frames.Insert(random.Next(frames.Count), frame);
                    break;
                case 2:
                    frames[at] = frame[..random.Next(frame.Length)];
                    break;
                case 3:
                    frames.Insert(at, Frame(random.Next(11), random.Next(256), random.Next(4), Bytes(random, random.Next(20))));
                    break;
                default:
                    // Half of the time in the head, where length, type, flags and stream stand.
                    frames[at] = (byte[])frame.Clone();
                    frames[at][random.Next(random.Next(2) == 0 ? Math.Min(9, frame.Length) : frame.Length)] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
    }

    private static byte[] Frame(int type, int flags, int stream, byte[] payload) =>
    [
        (byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, (byte)type, (byte)flags, 0, 0, 0, (byte)stream,
        .. payload,
    ];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>Opens its call on a connection whose server says what it was given, and then no more.</summary>
    private sealed class Transport : ClientTransport
    {
        private readonly Http2Connection _connection;

        public Transport(byte[] answer, int seed) => _connection = new Http2Connection(
            new Http2Wire(new Answering(answer, new Random(seed))), new GrpcChannelOptions { StreamWindowBytes = 1 << 20 }, () => { });

        public override ClientExchange Open(
            string path, IReadOnlyList<KeyValuePair<string, string>> headers, CancellationToken cancellation) =>
            new Http2Exchange(OpenAsync, HeaderEncoder.Encode(false, "test", path, headers), TimeProvider.System, cancellation);

        public override void Dispose() => _connection.Close();

        private Task<Http2Stream> OpenAsync(byte[] headers, CancellationToken cancellation)
        {
            Http2Stream stream = _connection.TryOpen(headers) ?? throw new IOException("The server is asked once.");
            _connection.Output.Flush();
            _connection.Start();
            return Task.FromResult(stream);
        }
    }

    /// <summary>Delivers bytes in pieces, some at once and some later, and swallows what is written.</summary>
    private sealed class Answering(byte[] answer, Random random) : MemoryStream(answer, writable: false)
    {
        public override bool CanWrite => true;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            return Read(buffer.Span[..Math.Min(buffer.Length, random.Next(4) == 0 ? random.Next(1, 40) : 16 << 10)]);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
