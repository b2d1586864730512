using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace ColumnStream.Testing.Network;

/// <summary>Passes TCP connections on to a port, counts their bytes, and cuts the connection behind the k-th byte of a direction.</summary>
/// <remarks>
/// Bytes are counted over all connections. A cut is a reset on both sides: what the other side has not got by then is lost,
/// the byte that was counted last has gone. From then on new connections pass untouched.
/// </remarks>
public sealed class FaultProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Thread _accepting;
    private readonly Lock _lock = new();
    private readonly long[] _bytes = new long[2];
    private readonly long[] _cutAfter = [long.MaxValue, long.MaxValue];

    /// <summary>Starts to pass connections to <paramref name="target"/> on the loopback.</summary>
    public FaultProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = new Thread(Accept) { IsBackground = true };
        _accepting.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Gets the bytes that went to the server so far.</summary>
    public long Sent => Interlocked.Read(ref _bytes[0]);

    /// <summary>Gets the bytes that came from the server so far.</summary>
    public long Received => Interlocked.Read(ref _bytes[1]);

    /// <summary>Gets how often a connection was cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts behind so many more bytes to the server; 0 cuts before the next one.</summary>
    public void CutAfterSent(long bytes) => Set(0, bytes);

    /// <summary>Cuts behind so many more bytes from the server; 0 cuts before the next one.</summary>
    public void CutAfterReceived(long bytes) => Set(1, bytes);

    public void Dispose()
    {
        _listener.Stop();
        _accepting.Join();
    }

    private void Set(int direction, long bytes)
    {
        lock (_lock)
        {
            _cutAfter[direction] = _bytes[direction] + bytes;
        }
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket client = _listener.AcceptSocket();
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                server.Connect(IPAddress.Loopback, _target);
                client.NoDelay = true;
                server.NoDelay = true;
                new Thread(() => Pump(client, server, 0)) { IsBackground = true }.Start();
                new Thread(() => Pump(server, client, 1)) { IsBackground = true }.Start();
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Stopped.
        }
    }

    private void Pump(Socket from, Socket to, int direction)
    {
        byte[] block = new byte[16 << 10];
        try
        {
            for (int read = from.Receive(block); read > 0; read = from.Receive(block))
            {
                int pass = Count(direction, read);
                Send(to, block.AsSpan(0, pass));
                if (pass < read || IsCut(direction))
                {
                    Cut(from, to, direction);
                    return;
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            from.Close();
            to.Close();
        }
    }

    private static void Send(Socket to, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[to.Send(bytes)..];
        }
    }

    private int Count(int direction, int read)
    {
        lock (_lock)
        {
            int pass = (int)Math.Min(read, _cutAfter[direction] - _bytes[direction]);
            _bytes[direction] += pass;
            return pass;
        }
    }

    private bool IsCut(int direction)
    {
        lock (_lock)
        {
            return _bytes[direction] >= _cutAfter[direction];
        }
    }

    private void Cut(Socket from, Socket to, int direction)
    {
        lock (_lock)
        {
            _cutAfter[direction] = long.MaxValue;
            Cuts++;
        }

        // The server first reads what went to it: a reset may overtake bytes in its buffer, an end does not.
        Socket server = direction == 0 ? to : from;
        Socket client = direction == 0 ? from : to;
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
        server.Close();
    }
}
