using System;
using System.Buffers.Binary;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Hostile;

/// <summary>Is one connection of a client that keeps to no rule: it sends the frames it is given, and reads only if asked to.</summary>
public sealed class HostilePeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _nextStream = -1;
    private long _received;
    private int _goneAway = -1;
    private int _answers;
    private int _pongs;
    private volatile bool _isClosed;

    private HostilePeer()
    {
    }

    /// <summary>Gets whether the server closed the connection, as far as reading or sending showed.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Gets the bytes that were read.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Gets the header blocks that the server sent: one where a call's answer begins, one where it ends.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>Gets the error of the server's GOAWAY, or -1 where it sent none.</summary>
    public int GoAwayError => Volatile.Read(ref _goneAway);

    /// <summary>Connects; nothing is sent.</summary>
    /// <exception cref="IOException">The server does not take the connection.</exception>
    public static async Task<HostilePeer> ConnectAsync(HostileTarget target, CancellationToken cancellation)
    {
        var peer = new HostilePeer();
        try
        {
            peer._socket.NoDelay = true;
            peer._socket.Bind(new IPEndPoint(target.From, 0));
            await peer._socket.ConnectAsync(target.Address, cancellation);
            return peer;
        }
        catch (SocketException failure)
        {
            peer.Dispose();
            throw new IOException(failure.Message, failure);
        }
    }

    /// <summary>Connects and begins as HTTP/2 does; reads on and answers from then on where <paramref name="reads"/> is set.</summary>
    public static async Task<HostilePeer> GreetAsync(
        HostileTarget target, CancellationToken cancellation, bool reads = true, int windowBytes = 65_535)
    {
        HostilePeer peer = await ConnectAsync(target, cancellation);
        try
        {
            await peer.SendAsync(Http2Frame.Preface, cancellation);
            await peer.SendAsync(Http2Frame.Setting(4, windowBytes), cancellation);
            if (windowBytes > 65_535)
            {
                await peer.SendAsync(Http2Frame.Window(0, windowBytes - 65_535), cancellation);
            }

            if (reads)
            {
                _ = peer.ReadAsync(cancellation);
            }

            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    /// <summary>Gives the number of the next stream.</summary>
    public int NextStream() => _nextStream += 2;

    /// <summary>Sends bytes.</summary>
    /// <exception cref="IOException">The connection is closed.</exception>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            while (bytes.Length > 0)
            {
                bytes = bytes[await _socket.SendAsync(bytes, cancellation)..];
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            _isClosed = true;
            throw new IOException("The server closed the connection.", failure);
        }
    }

    /// <summary>Opens a call, without its request; returns its stream.</summary>
    public async Task<int> OpenAsync(ReadOnlyMemory<byte> block, CancellationToken cancellation, bool isLast = false)
    {
        int stream = NextStream();
        byte flags = (byte)(Http2Frame.EndHeaders | (isLast ? Http2Frame.EndStream : 0));
        await SendAsync(Http2Frame.Make(Http2Frame.Headers, flags, stream, block.Span), cancellation);
        return stream;
    }

    /// <summary>Sends a part of a call's request.</summary>
    public Task WriteAsync(int stream, ReadOnlySpan<byte> bytes, CancellationToken cancellation, bool isLast = false) =>
        SendAsync(Http2Frame.Make(Http2Frame.Data, isLast ? Http2Frame.EndStream : (byte)0, stream, bytes), cancellation);

    /// <summary>Waits until the server has taken all that was sent so far; what comes must be read meanwhile.</summary>
    public async Task PingAsync(CancellationToken cancellation)
    {
        int before = Volatile.Read(ref _pongs);
        await SendAsync(Http2Frame.Make(Http2Frame.Ping, 0, 0, new byte[8]), cancellation);
        while (Volatile.Read(ref _pongs) == before && !_isClosed)
        {
            await Task.Delay(1, cancellation);
        }
    }

    /// <summary>Reads what comes until the server closes; settings are acknowledged, pings answered.</summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        var head = new byte[Http2Frame.HeadBytes];
        var payload = new byte[1 << 14];
        try
        {
            while (await FillAsync(head, cancellation))
            {
                int length = (head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1));
                payload = payload.Length < length ? new byte[length] : payload;
                if (!await FillAsync(payload.AsMemory(0, length), cancellation))
                {
                    break;
                }

                await AnswerAsync(head[3], head[4], payload.AsMemory(0, length), cancellation);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The server closed it, or the attack is over.
        }

        _isClosed |= !cancellation.IsCancellationRequested;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async Task<bool> FillAsync(Memory<byte> target, CancellationToken cancellation)
    {
        while (target.Length > 0)
        {
            int read = await _socket.ReceiveAsync(target, cancellation);
            if (read == 0)
            {
                return false;
            }

            Interlocked.Add(ref _received, read);
            target = target[read..];
        }

        return true;
    }

    private async Task AnswerAsync(byte type, byte flags, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        if (type == Http2Frame.Headers)
        {
            Interlocked.Increment(ref _answers);
        }
        else if (type == Http2Frame.Ping && (flags & Http2Frame.Ack) != 0)
        {
            Interlocked.Increment(ref _pongs);
        }
        else if (type == Http2Frame.GoAway)
        {
            Volatile.Write(ref _goneAway, BinaryPrimitives.ReadInt32BigEndian(payload.Span[4..]));
        }
        else if ((flags & Http2Frame.Ack) == 0 && type is Http2Frame.Settings or Http2Frame.Ping)
        {
            await SendAsync(
                Http2Frame.Make(type, Http2Frame.Ack, 0, type == Http2Frame.Ping ? payload.Span : default), cancellation);
        }
    }
}
