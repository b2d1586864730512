using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace ColumnStream.Testing.Oss;

/// <summary>Speaks HTTP/1.1 on a loopback port, and breaks off wherever an answer says so.</summary>
public sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<HttpCall, HttpAnswer> _handle;
    private readonly Task _accepting;

    /// <summary>Starts on a free port.</summary>
    public LoopbackServer(Func<HttpCall, HttpAnswer> handle)
    {
        _handle = handle;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _accepting.Wait();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = Task.Run(() => ServeAsync(client));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await using var stream = new BufferedStream(client.GetStream(), 64 << 10);
                while (await ReadAsync(stream) is { } call)
                {
                    HttpAnswer answer = _handle(call);
                    if (!await WriteAsync(client, stream, call, answer))
                    {
                        return;
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The peer went, or the server stops.
            }
        }
    }

    private async Task<HttpCall?> ReadAsync(Stream stream)
    {
        string? first = await LineAsync(stream);
        if (string.IsNullOrEmpty(first))
        {
            return null;
        }

        string[] parts = first.Split(' ');
        var headers = new List<(string Name, string Value)>();
        while (await LineAsync(stream) is { Length: > 0 } line)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add((line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim()));
        }

        var call = new HttpCall(parts[0], parts[1], headers, []);
        if (call.Header("transfer-encoding") == "chunked")
        {
            return call with { Body = await ChunksAsync(stream) };
        }

        byte[] body = new byte[int.Parse(call.Header("content-length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return call with { Body = body };
    }

    private async Task<byte[]> ChunksAsync(Stream stream)
    {
        using var body = new MemoryStream();
        while (true)
        {
            int length = int.Parse(await LineAsync(stream) ?? "0", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            byte[] chunk = new byte[length];
            await stream.ReadExactlyAsync(chunk, _stop.Token);
            await LineAsync(stream);
            if (length == 0)
            {
                return body.ToArray();
            }

            body.Write(chunk);
        }
    }

    private async Task<string?> LineAsync(Stream stream)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, _stop.Token) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        return line.Length == 0 ? null : line.ToString();
    }

    private async Task<bool> WriteAsync(TcpClient client, Stream stream, HttpCall call, HttpAnswer answer)
    {
        if (answer.Ending == HttpEnding.Silence)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        if (answer.Ending == HttpEnding.Reset)
        {
            client.Client.LingerState = new LingerOption(true, 0);
            client.Client.Close();
            return false;
        }

        var head = new StringBuilder($"HTTP/1.1 {answer.Status} Status\r\n");
        foreach ((string name, string value) in answer.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (answer.Status is not 204 and not 304 && answer.Header("content-length") is null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {answer.Body.Length}\r\n");
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        if (call.Method != "HEAD")
        {
            int length = answer.Ending == HttpEnding.HalfBody ? answer.Body.Length / 2 : answer.Body.Length;
            await stream.WriteAsync(answer.Body.AsMemory(0, length), _stop.Token);
        }

        await stream.FlushAsync(_stop.Token);
        return answer.Ending == HttpEnding.Whole;
    }
}
