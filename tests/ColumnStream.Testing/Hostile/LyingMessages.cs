using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Sends messages whose lengths are wrong, whose bytes were changed, or that grow a thousandfold.</summary>
internal static class LyingMessages
{
    private const int CallsPerConnection = 50;
    private const string Table = "nothing";

    /// <summary>Lies in every length there is: of the message, of its fields, of Arrow's metadata and its buffers.</summary>
    public static Task LengthsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        var random = new Random(target.Seed);
        uint[] lengths = [0, 1, 4, 5, 255, 65_536, 1 << 20, (4 << 20) + 1, 64 << 20, int.MaxValue, 0x8000_0000, uint.MaxValue];
        return PutAsync(target, counted, () =>
        {
            uint length = lengths[random.Next(lengths.Length)];
            byte[] good = Upload(random);
            switch (random.Next(4))
            {
                case 0:
                    BinaryPrimitives.WriteUInt32BigEndian(good.AsSpan(1), length);
                    return good;
                case 1:
                    return Http2Frame.Message([.. Http2Frame.Field(random.Next(1, 4), new byte[20], length), 0, 0]);
                case 2:
                    return Http2Frame.Message([.. Descriptor(), .. Http2Frame.Field(1000, new byte[random.Next(64)], ulong.MaxValue >> random.Next(40))]);
                default:
                    // Somewhere in the schema's flatbuffer, where offsets and lengths stand.
                    int at = random.Next(Math.Max(5, good.Length - 120), good.Length - 4);
                    BinaryPrimitives.WriteUInt32LittleEndian(good.AsSpan(at), length);
                    return good;
            }
        }, [], cancellation);
    }

    /// <summary>Changes random bytes of uploads.</summary>
    public static Task MutatedMessagesAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        var random = new Random(target.Seed);
        return PutAsync(target, counted, () => Mutate(random, Upload(random)), [], cancellation);
    }

    /// <summary>Changes random bytes of whole connections, frame heads among them.</summary>
    public static async Task MutatedFramesAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        var random = new Random(target.Seed);
        while (!cancellation.IsCancellationRequested)
        {
            using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
            try
            {
                for (int i = 0; i < 200 && !peer.IsClosed; i++)
                {
                    byte[] frame = Frame(random, peer);
                    await peer.SendAsync(random.Next(4) == 0 ? frame : Mutate(random, frame), cancellation);
                    counted(1);
                }
            }
            catch (IOException)
            {
                // That frame was one too many: a new connection.
            }
        }
    }

    /// <summary>Sends messages that are zeros, a thousandfold compressed, up to the limit of a message and beyond it.</summary>
    public static Task GzipBombsAsync(HostileTarget target, Action<int> counted, CancellationToken cancellation)
    {
        byte[][] bombs =
        [
            .. new[] { 3 << 20, 60 << 20, 512 << 20 }.Select(static size =>
            {
                using var packed = new MemoryStream();
                using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                {
                    gzip.Write([.. Descriptor(), .. Http2Frame.Field(1000, default, (ulong)size)]);
                    var zeros = new byte[1 << 20];
                    for (int i = 0; i < size; i += zeros.Length)
                    {
                        gzip.Write(zeros);
                    }
                }

                return Http2Frame.Message(packed.ToArray(), isCompressed: true);
            }),
        ];
        int next = 0;
        return PutAsync(target, counted, () => bombs[next++ % bombs.Length], [("grpc-encoding", "gzip")], cancellation);
    }

    private static async Task PutAsync(
        HostileTarget target, Action<int> counted, Func<byte[]> next, (string Name, string Value)[] headers,
        CancellationToken cancellation)
    {
        byte[] block = Http2Frame.Call(StreamFloods.Service + "DoPut", target.Token, headers);
        while (!cancellation.IsCancellationRequested)
        {
            using HostilePeer peer = await HostilePeer.GreetAsync(target, cancellation);
            try
            {
                for (int i = 0; i < CallsPerConnection && !peer.IsClosed; i++)
                {
                    int stream = await peer.OpenAsync(block, cancellation);
                    byte[] bytes = next();
                    // Pieces of a frame's usual size; a stream's window may stop the rest, which then never comes.
                    for (int at = 0; at < Math.Min(bytes.Length, 400_000); at += 16_000)
                    {
                        bool isLast = at + 16_000 >= bytes.Length;
                        await peer.WriteAsync(stream, bytes.AsSpan(at, Math.Min(16_000, bytes.Length - at)), cancellation, isLast);
                    }

                    counted(1);
                    await Task.Delay(i % 10 == 9 ? 1 : 0, cancellation);
                }
            }
            catch (IOException)
            {
                // The server has enough of this connection.
            }
        }
    }

    /// <summary>Makes what an upload begins with: a command, and a schema behind it.</summary>
    private static byte[] Upload(Random random)
    {
        var schema = new byte[random.Next(64, 300)];
        random.NextBytes(schema);
        // A root offset, a table and its vtable that look right at first sight.
        BinaryPrimitives.WriteUInt32LittleEndian(schema, 16);
        BinaryPrimitives.WriteInt32LittleEndian(schema.AsSpan(16), 12);
        BinaryPrimitives.WriteUInt16LittleEndian(schema.AsSpan(4), 12);
        return Http2Frame.Message([.. Descriptor(), .. Http2Frame.Field(2, schema), .. Http2Frame.Field(1000, new byte[random.Next(200)])]);
    }

    private static byte[] Descriptor()
    {
        byte[] command = Http2Frame.Field(1, Encoding.UTF8.GetBytes(Table));
        byte[] any =
        [
            .. Http2Frame.Field(
                1, Encoding.UTF8.GetBytes("type.googleapis.com/arrow.flight.protocol.sql.CommandStatementIngest")),
            .. Http2Frame.Field(2, command),
        ];
        // FlightDescriptor: type CMD, then the command.
        return Http2Frame.Field(1, [0x08, 2, .. Http2Frame.Field(2, any)]);
    }

    private static byte[] Frame(Random random, HostilePeer peer)
    {
        int stream = random.Next(3) == 0 ? random.Next(64) : peer.NextStream();
        return random.Next(7) switch
        {
            0 => Http2Frame.Make(Http2Frame.Settings, 0, 0, [0, (byte)random.Next(8), 0, 0, 255, 255]),
            1 => Http2Frame.Make(Http2Frame.Ping, 0, 0, new byte[8]),
            2 => Http2Frame.Window(random.Next(2) == 0 ? 0 : stream, random.Next(1, 1000)),
            3 => Http2Frame.Make(Http2Frame.Data, (byte)random.Next(2), stream, Upload(random)),
            4 => Http2Frame.Cancel(stream),
            _ => Http2Frame.Make(
                Http2Frame.Headers, Http2Frame.EndHeaders, stream,
                Http2Frame.Call(StreamFloods.Service + (random.Next(2) == 0 ? "DoPut" : "GetFlightInfo"), null)),
        };
    }

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        List<byte> changed = [.. bytes];
        for (int n = random.Next(1, 5); n > 0 && changed.Count > 0; n--)
        {
            int at = random.Next(3) == 0 ? random.Next(Math.Min(16, changed.Count)) : random.Next(changed.Count);
            switch (random.Next(5))
            {
                case 0:
                    changed[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    changed[at] = (byte)random.Next(256);
                    break;
                case 2:
                    changed[at] = random.Next(2) == 0 ? (byte)0xFF : (byte)0;
                    break;
                case 3:
                    changed.RemoveRange(at, Math.Min(random.Next(1, 9), changed.Count - at));
                    break;
                default:
                    changed.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. changed];
    }
}
