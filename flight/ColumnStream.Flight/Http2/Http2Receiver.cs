using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Reads the frames of a server and takes each to the call, the window or the setting that it concerns.</summary>
/// <remarks>One task runs it. What may not come ends the connection, with a word to the server why.</remarks>
/// <param name="connection">The connection.</param>
/// <param name="input">What gives its bytes.</param>
internal sealed class Http2Receiver(Http2Connection connection, Http2Input input)
{
    /// <summary>The most bytes of a frame that the server may send.</summary>
    public const int MostFrameBytes = 1 << 20;

    /// <summary>The window of the connection, given back by quarters.</summary>
    public const int WindowBytes = 64 << 20;

    private const int MostReasonBytes = 256;
    private const int MostSettings = 64;
    private readonly HeaderDecoder _decoder = new();
    private readonly MemoryStream _block = new();
    private int _unreturned;

    /// <summary>Reads until the connection ends, which it then tells; its first frame must be the server's settings.</summary>
    public async Task RunAsync()
    {
        Exception end = new IOException("The server closed the connection.");
        try
        {
            if (await input.ReadHeadAsync().ConfigureAwait(false) is not { } first)
            {
                return;
            }

            if (first.Type != FrameType.Settings || first.Has(FrameHead.Ack))
            {
                throw Broken("The server does not begin with its settings: it may not speak HTTP/2.");
            }

            for (FrameHead? head = first; head is { } frame; head = await input.ReadHeadAsync().ConfigureAwait(false))
            {
                connection.Hear();
                await TakeAsync(frame).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            end = error;
            if (error is HttpProtocolException protocol)
            {
                // At best: the connection is closed at once.
                connection.Output.Queue(FrameType.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)protocol.ErrorCode]);
            }
        }
        finally
        {
            connection.Fail(end);
        }
    }

    private ValueTask TakeAsync(FrameHead frame)
    {
        if (frame.Length > MostFrameBytes)
        {
            throw Http2Error.Of(Http2Error.FrameSize, $"Frame exceeds the limit: {frame.Length}, {MostFrameBytes} bytes.");
        }

        bool isOfStream = frame.Type is FrameType.Data or FrameType.Headers or FrameType.Priority or FrameType.Reset;
        bool isOfConnection = frame.Type is FrameType.Settings or FrameType.Ping or FrameType.GoAway;
        if ((isOfStream && frame.Stream == 0) || (isOfConnection && frame.Stream != 0))
        {
            throw Broken($"Frame is on the wrong stream: {frame.Type}, {frame.Stream}.");
        }

        return frame.Type switch
        {
            FrameType.Data => TakeDataAsync(frame),
            FrameType.Headers => TakeHeadersAsync(frame),
            FrameType.Reset => TakeResetAsync(frame),
            FrameType.Settings => TakeSettingsAsync(frame),
            FrameType.Ping => TakePingAsync(frame),
            FrameType.GoAway => TakeGoAwayAsync(frame),
            FrameType.WindowUpdate => TakeWindowAsync(frame),
            FrameType.PushPromise or FrameType.Continuation => throw Broken($"Frame may not come here: {frame.Type}."),
            _ => input.SkipAsync(frame.Length),
        };
    }

    private async ValueTask TakeDataAsync(FrameHead frame)
    {
        Http2Stream? stream = connection.Find(frame.Stream);
        stream?.Spend(frame.Length);
        (int length, int padding) = await UnpadAsync(frame).ConfigureAwait(false);
        if (stream is null)
        {
            await input.SkipAsync(length).ConfigureAwait(false);
        }
        else
        {
            await input.DeliverAsync(stream, length).ConfigureAwait(false);
            stream.Refund(frame.Length - length);
        }

        await input.SkipAsync(padding).ConfigureAwait(false);
        _unreturned += frame.Length;
        if (_unreturned >= WindowBytes / 4)
        {
            connection.Output.Queue(FrameType.WindowUpdate, 0, (uint)_unreturned);
            _unreturned = 0;
        }

        if (frame.Has(FrameHead.EndStream))
        {
            stream?.End();
        }
    }

    private async ValueTask TakeHeadersAsync(FrameHead frame)
    {
        _block.SetLength(0);
        (int length, int padding) = await UnpadAsync(frame).ConfigureAwait(false);
        if (frame.Has(FrameHead.HasPriority))
        {
            await input.SkipAsync(Math.Min(length, 5)).ConfigureAwait(false);
            length = length >= 5 ? length - 5 : throw Broken("Headers are shorter than they say.");
        }

        await TakeBlockAsync(length).ConfigureAwait(false);
        await input.SkipAsync(padding).ConfigureAwait(false);
        bool isWhole = frame.Has(FrameHead.EndHeaders);
        for (int parts = 0; !isWhole; parts++)
        {
            FrameHead? next = await input.ReadHeadAsync().ConfigureAwait(false);
            if (next is not { Type: FrameType.Continuation } more || more.Stream != frame.Stream || parts == MostSettings)
            {
                throw Broken("Headers do not go on as they began.");
            }

            await TakeBlockAsync(more.Length).ConfigureAwait(false);
            isWhole = more.Has(FrameHead.EndHeaders);
        }

        // The table goes on changing, even with headers of a call that is over.
        List<KeyValuePair<string, string>> headers = _decoder.Decode(_block.GetBuffer().AsSpan(0, (int)_block.Length));
        Http2Stream? stream = connection.Find(frame.Stream);
        stream?.Take(headers, frame.Has(FrameHead.EndStream));
        if (frame.Has(FrameHead.EndStream))
        {
            stream?.End();
        }
    }

    private ValueTask TakeBlockAsync(int length) => _block.Length + length <= HeaderDecoder.MostBytes
        ? input.ReadAsync(_block, length)
        : throw Http2Error.Of(Http2Error.EnhanceYourCalm, $"Headers exceed the limit: {HeaderDecoder.MostBytes} bytes.");

    private async ValueTask TakeResetAsync(FrameHead frame)
    {
        CheckLength(frame, 4);
        var code = await input.ReadUInt32Async().ConfigureAwait(false);
        connection.Find(frame.Stream)?.Close(Http2Error.Of((int)code, $"The server reset the call with code {code}."));
    }

    private async ValueTask TakeSettingsAsync(FrameHead frame)
    {
        if (frame.Has(FrameHead.Ack))
        {
            CheckLength(frame, 0);
            return;
        }

        if (frame.Length % 6 != 0 || frame.Length > MostSettings * 6)
        {
            throw Http2Error.Of(Http2Error.FrameSize, $"Settings have a wrong length: {frame.Length} bytes.");
        }

        uint? streams = null;
        for (int left = frame.Length; left > 0; left -= 6)
        {
            int name = await input.ReadByteAsync().ConfigureAwait(false) << 8;
            name |= await input.ReadByteAsync().ConfigureAwait(false);
            uint value = await input.ReadUInt32Async().ConfigureAwait(false);
            streams = name == 3 ? value : streams;
            Take(name, value);
        }

        connection.Limit(streams);
        connection.Output.Queue(FrameType.Settings, FrameHead.Ack, 0, []);
        connection.TellLimit();
    }

    private void Take(int name, uint value)
    {
        switch (name)
        {
            case 4 when value > int.MaxValue:
                throw Http2Error.Of(Http2Error.FlowControl, $"Window exceeds the limit: {value}.");
            case 4:
                if (!connection.Configure((int)value))
                {
                    throw WindowExceeded();
                }

                break;
            case 5 when value is < (16 << 10) or > 0xFFFFFF:
                throw Broken($"Frame's size is out of bounds: {value}.");
            case 5:
                connection.Output.Configure(streamWindow: null, (int)value);
                break;
        }
    }

    private async ValueTask TakePingAsync(FrameHead frame)
    {
        CheckLength(frame, 8);
        uint high = await input.ReadUInt32Async().ConfigureAwait(false);
        uint low = await input.ReadUInt32Async().ConfigureAwait(false);
        if (!frame.Has(FrameHead.Ack))
        {
            var payload = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(payload, ((ulong)high << 32) | low);
            connection.Output.Queue(FrameType.Ping, FrameHead.Ack, 0, payload);
        }
    }

    private async ValueTask TakeGoAwayAsync(FrameHead frame)
    {
        if (frame.Length < 8)
        {
            throw Http2Error.Of(Http2Error.FrameSize, $"Farewell has a wrong length: {frame.Length} bytes.");
        }

        int last = (int)(await input.ReadUInt32Async().ConfigureAwait(false) & int.MaxValue);
        uint code = await input.ReadUInt32Async().ConfigureAwait(false);
        string why = await ReadReasonAsync(frame.Length - 8).ConfigureAwait(false);
        bool isIdle = connection.Leave();
        foreach (Http2Stream stream in connection.Streams())
        {
            if (stream.Id > last)
            {
                stream.Close(Http2Error.Of(
                    code == 0 ? Http2Error.RefusedStream : (int)code, $"The server is leaving, with code {code}.{why}"));
            }
        }

        if (isIdle)
        {
            throw new IOException("The server closed the connection." + why);
        }
    }

    private async ValueTask<string> ReadReasonAsync(int length)
    {
        using var text = new MemoryStream();
        int read = Math.Min(length, MostReasonBytes);
        await input.ReadAsync(text, read).ConfigureAwait(false);
        await input.SkipAsync(length - read).ConfigureAwait(false);
        return read == 0 ? "" : " It says: " + string.Concat(
            text.ToArray().Select(static b => b is >= 0x20 and < 0x7F ? (char)b : '?'));
    }

    private async ValueTask TakeWindowAsync(FrameHead frame)
    {
        CheckLength(frame, 4);
        long bytes = await input.ReadUInt32Async().ConfigureAwait(false) & int.MaxValue;
        if (bytes == 0)
        {
            throw Broken("Window is widened by nothing.");
        }

        if (frame.Stream != 0)
        {
            if (connection.Find(frame.Stream) is { } stream)
            {
                Widen(stream, bytes);
            }

            return;
        }

        if (!connection.Output.Widen(bytes))
        {
            throw Http2Error.Of(Http2Error.FlowControl, "Connection's window exceeds the limit.");
        }

        foreach (Http2Stream stream in connection.Streams())
        {
            connection.Output.Wake(stream);
        }
    }

    private void Widen(Http2Stream stream, long bytes)
    {
        if (!connection.Output.Widen(stream, bytes))
        {
            throw WindowExceeded();
        }
    }

    /// <summary>Reads how much of a frame is padding; returns what is left without it, and the padding.</summary>
    private async ValueTask<(int Length, int Padding)> UnpadAsync(FrameHead frame)
    {
        if (!frame.Has(FrameHead.Padded))
        {
            return (frame.Length, 0);
        }

        int padding = frame.Length > 0 ? await input.ReadByteAsync().ConfigureAwait(false) : 0;
        return padding < frame.Length
            ? (frame.Length - 1 - padding, padding) : throw Broken("Frame is shorter than its padding.");
    }

    private static HttpProtocolException WindowExceeded() =>
        Http2Error.Of(Http2Error.FlowControl, "Call's window exceeds the limit.");

    private static HttpProtocolException Broken(string message) => Http2Error.Of(Http2Error.Protocol, message);

    private static void CheckLength(FrameHead frame, int expected)
    {
        if (frame.Length != expected)
        {
            throw Http2Error.Of(
                Http2Error.FrameSize, $"Frame has a wrong length: {frame.Type}, {frame.Length}, expected {expected} bytes.");
        }
    }
}
