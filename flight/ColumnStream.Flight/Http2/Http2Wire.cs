using System;
using System.IO;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Flight.Http2;

/// <summary>Moves a connection's bytes: over a socket itself where nothing lies between, else over a stream.</summary>
/// <remarks>One reader and one writer at a time. Disposing ends both with an error.</remarks>
internal sealed class Http2Wire : IDisposable
{
    private readonly Stream? _stream;

    /// <summary>Takes over a stream, e.g. TLS.</summary>
    public Http2Wire(Stream stream) => _stream = stream;

    /// <summary>Takes over a socket.</summary>
    public Http2Wire(Socket socket)
    {
        // Receives that would wait return instead, so that a target is filled only while its owner is known to keep it.
        socket.Blocking = false;
        Socket = socket;
    }

    /// <summary>Gets the socket, where bytes can be received without a wait.</summary>
    public Socket? Socket { get; }

    /// <summary>Waits for bytes and returns their number; 0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> target)
    {
        try
        {
            return Socket is null
                ? await _stream!.ReadAsync(target, CancellationToken.None).ConfigureAwait(false)
                : await Socket.ReceiveAsync(target, SocketFlags.None, CancellationToken.None).ConfigureAwait(false);
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Sends all bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        try
        {
            if (_stream is not null)
            {
                await _stream.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
                return;
            }

            while (!bytes.IsEmpty)
            {
                bytes = bytes[await Socket!.SendAsync(bytes, SocketFlags.None, CancellationToken.None).ConfigureAwait(false)..];
            }
        }
        catch (SocketException error)
        {
            throw new IOException(error.Message, error);
        }
    }

    public void Dispose()
    {
        _stream?.Dispose();
        Socket?.Dispose();
    }
}
