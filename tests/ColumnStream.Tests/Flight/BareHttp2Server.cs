using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Tests.Flight;

/// <summary>Answers a client with frames as they are given, as no server of good will does.</summary>
internal sealed class BareHttp2Server : IDisposable
{
    /// <summary>The headers of an answer: status 200 and gRPC's content type.</summary>
    public const string Head = "885f106170706c69636174696f6e2f67727063";

    /// <summary>The headers behind an answer that succeeded: grpc-status 0.</summary>
    public const string Tail = "000b677270632d7374617475730130";

    private readonly Socket _listener;
    private readonly string? _path;

    /// <summary>Listens on a free port, or at the path of a Unix socket.</summary>
    public BareHttp2Server(string? path = null)
    {
        _path = path;
        _listener = path is null
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(path is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(path));
        _listener.Listen();
    }

    public GrpcChannel Connect(Func<GrpcChannelOptions, GrpcChannelOptions>? change = null)
    {
        var options = new GrpcChannelOptions
        {
            Host = "127.0.0.1", Port = (_listener.LocalEndPoint as IPEndPoint)?.Port ?? 80, UnixSocket = _path, UsesDirectHttp2 = true,
        };
        return new GrpcChannel(change?.Invoke(options) ?? options);
    }

    /// <summary>Takes a connection and says nothing.</summary>
    public async Task<NetworkStream> AcceptBareAsync() => new(await _listener.AcceptAsync(), ownsSocket: true);

    /// <summary>Takes a connection, reads up to the headers of the first call, and greets.</summary>
    public async Task<NetworkStream> AcceptAsync()
    {
        NetworkStream stream = await AcceptBareAsync();
        await stream.ReadExactlyAsync(new byte[24]);
        await ReadUntilAsync(stream, type: 1);
        await stream.WriteAsync(Frame(4, 0, 0, ""));
        return stream;
    }

    /// <summary>Reads frames up to one of a type that is no acknowledgement, and returns its payload.</summary>
    public static async Task<byte[]> ReadUntilAsync(Stream stream, int type, int flags = 0)
    {
        while (true)
        {
            (byte[] head, byte[] payload) = await ReadAsync(stream);
            if (head[3] == type && (head[4] & flags) == flags)
            {
                return payload;
            }
        }
    }

    /// <summary>Reads the next frame.</summary>
    public static async Task<(byte[] Head, byte[] Payload)> ReadAsync(Stream stream)
    {
        var head = new byte[9];
        await stream.ReadExactlyAsync(head);
        var payload = new byte[BinaryPrimitives.ReadUInt32BigEndian(head) >> 8];
        await stream.ReadExactlyAsync(payload);
        return (head, payload);
    }

    public static byte[] Frame(byte type, byte flags, int stream, string hex)
    {
        byte[] payload = Convert.FromHexString(hex);
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }

    public void Dispose() => _listener.Dispose();
}
