using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Server.Hosting;

/// <summary>Answers GET /healthz and /readyz over HTTP/1.1, and tells nothing else.</summary>
/// <remarks>/healthz says 200 while the process answers, /readyz says 200 while it takes statements, else 503.</remarks>
internal sealed class HealthEndpoint : IAsyncDisposable
{
    private const int MostBytes = 8192;
    private const int MostConnections = 32;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly TcpListener _listener;
    private readonly Func<bool> _isReady;
    private readonly CancellationTokenSource _closing = new();
    private readonly HashSet<Task> _connections = [];
    private readonly Task _accepting;

    /// <summary>Listens at once.</summary>
    /// <exception cref="SocketException">The address cannot be taken.</exception>
    public HealthEndpoint(IPEndPoint address, Func<bool> isReady)
    {
        _isReady = isReady;
        _listener = new TcpListener(address);
        _listener.Start(MostConnections);
        _accepting = AcceptAsync();
    }

    /// <summary>Gets where it listens.</summary>
    public IPEndPoint Address => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Listens no more.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                Socket connection = await _listener.AcceptSocketAsync(_closing.Token);
                _connections.RemoveWhere(static c => c.IsCompleted);
                if (_connections.Count >= MostConnections)
                {
                    connection.Dispose();
                }
                else
                {
                    _connections.Add(ServeAsync(connection));
                }
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Either the end, or a caller that left before it was answered.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using Socket connection = socket;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        limit.CancelAfter(s_limit);
        try
        {
            string? path = await ReadPathAsync(connection, limit.Token);
            (string status, string body) = path switch
            {
                "/healthz" => ("200 OK", "ok\n"),
                "/readyz" when _isReady() => ("200 OK", "ready\n"),
                "/readyz" => ("503 Service Unavailable", "not ready\n"),
                null => ("400 Bad Request", "bad request\n"),
                _ => ("404 Not Found", "not found\n"),
            };
            byte[] answer = Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n"
                + $"Connection: close\r\n\r\n{body}");
            await connection.SendAsync(answer, limit.Token);
            connection.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or IOException)
        {
            // The caller went away or was too slow.
        }
    }

    /// <summary>Reads a request up to its empty line; null where it is no GET.</summary>
    private static async Task<string?> ReadPathAsync(Socket connection, CancellationToken cancellation)
    {
        byte[] buffer = new byte[MostBytes];
        int length = 0;
        while (length < buffer.Length)
        {
            int read = await connection.ReceiveAsync(buffer.AsMemory(length), cancellation);
            length += read;
            if (read == 0 || buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
            {
                break;
            }
        }

        string[] line = Encoding.ASCII.GetString(buffer, 0, length).Split("\r\n")[0].Split(' ');
        return line is ["GET", var path, ..] ? path.Split('?')[0] : null;
    }
}
