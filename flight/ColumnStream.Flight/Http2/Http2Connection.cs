using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using ColumnStream.Flight.Grpc;

namespace ColumnStream.Flight.Http2;

/// <summary>Speaks HTTP/2 (RFC 9113) as a client over one connection.</summary>
/// <remarks>
/// Thread-safe. One task reads; it never waits for a writer or for a reader of a call, so that calls do not hold up each other. The
/// connection's window is given back as bytes come, a call's as they are read: its unread bytes are bounded by its window.
/// </remarks>
internal sealed class Http2Connection
{
    private const int MostReasonBytes = 256;
    private const int MostFrameBytes = 1 << 20;
    private const int MostSettings = 64;
    private const int WindowBytes = 64 << 20;
    private const int DefaultWindow = 65535;
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly HeaderDecoder _decoder = new();
    private readonly MemoryStream _block = new();
    private readonly GrpcChannelOptions _options;
    private readonly Http2Wire _wire;
    private readonly Http2Input _input;
    private readonly Action _changed;
    private readonly KeepAliveTimer? _keepAlive;
    private readonly ITimer _idle;
    private Exception? _failure;
    private int _nextId = 1;
    // One until the server has said how many it takes: a call beyond its limit would be refused.
    private int _mostStreams = 1;
    private long _idleSince;
    private int _unreturned;
    private bool _isTold;
    private bool _isLeaving;

    /// <param name="wire">What carries the bytes; owned.</param>
    /// <param name="options">The windows and times.</param>
    /// <param name="changed">What is told, outside of any lock, that a call may be taken now or none any more.</param>
    public Http2Connection(Http2Wire wire, GrpcChannelOptions options, Action changed)
    {
        _options = options;
        _wire = wire;
        _changed = changed;
        _input = new Http2Input(wire);
        Output = new Http2Output(wire, options.Time, Fail, error => _ = FailSoonAsync(error));
        if (options.KeepAlive is { } delay)
        {
            _keepAlive = new KeepAliveTimer(
                options.Time, delay, options.KeepAliveTimeout, () => Output.Queue(FrameType.Ping, 0, 0, new byte[8]), Fail);
        }

        _idleSince = options.Time.GetTimestamp();
        _idle = options.Time.CreateTimer(_ => CloseIdle(), null, options.IdleTimeout, Timeout.InfiniteTimeSpan);
        Greet();
    }

    /// <summary>Gets what sends frames.</summary>
    public Http2Output Output { get; }

    /// <summary>Gets whether a call can be opened here, at least after a wait.</summary>
    public bool TakesCalls
    {
        get
        {
            lock (_gate)
            {
                return _failure is null && !_isLeaving;
            }
        }
    }

    /// <summary>Gets whether the server has said how many calls it takes.</summary>
    public bool IsTold
    {
        get
        {
            lock (_gate)
            {
                return _isTold;
            }
        }
    }

    /// <summary>Gets whether a call was ever opened on it.</summary>
    public bool IsUsed
    {
        get
        {
            lock (_gate)
            {
                return _nextId > 1;
            }
        }
    }

    /// <summary>Gets whether it has ended, with all of its calls.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return _failure is not null;
            }
        }
    }

    /// <summary>Begins to read.</summary>
    public void Start() => _ = ReadAsync();

    /// <summary>
    /// Opens a call, whose headers leave with the output's next flush, which is the caller's; null where the server takes no more
    /// calls now, or none any more.
    /// </summary>
    public Http2Stream? TryOpen(byte[] headers)
    {
        lock (_gate)
        {
            if (_failure is not null || _isLeaving || _streams.Count >= _mostStreams)
            {
                return null;
            }

            var stream = new Http2Stream(this, _nextId, _options.StreamWindowBytes);
            _nextId += 2;
            _isLeaving = _nextId < 0;
            _streams.Add(stream.Id, stream);
            Output.Open(stream);
            // Under the gate, because numbers must ascend on the wire.
            Output.QueueHeaders(stream.Id, headers);
            _keepAlive?.Watch(true);
            return stream;
        }
    }

    /// <summary>Forgets a call that has ended.</summary>
    public void Remove(Http2Stream stream)
    {
        bool isOver;
        lock (_gate)
        {
            if (!_streams.Remove(stream.Id))
            {
                return;
            }

            bool isIdle = _streams.Count == 0;
            isOver = isIdle && (_isLeaving || _failure is not null);
            _keepAlive?.Watch(!isIdle);
            if (isIdle && !isOver)
            {
                _idleSince = _options.Time.GetTimestamp();
                _idle.Change(_options.IdleTimeout, Timeout.InfiniteTimeSpan);
            }
        }

        if (isOver)
        {
            _wire.Dispose();
        }

        _changed();
    }

    /// <summary>Ends all calls and closes the socket; what reads and writes ends with that by itself.</summary>
    public void Close() => Fail(new ObjectDisposedException(nameof(Http2Connection)));

    private static void WriteSetting(Span<byte> target, ushort name, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, name);
        BinaryPrimitives.WriteInt32BigEndian(target[2..], value);
    }

    private static HttpProtocolException Broken(string message) => Http2Error.Of(Http2Error.Protocol, message);

    private void Greet()
    {
        Output.QueueGreeting("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[24];
        WriteSetting(settings, 2, 0);
        WriteSetting(settings[6..], 4, _options.StreamWindowBytes);
        WriteSetting(settings[12..], 5, MostFrameBytes);
        WriteSetting(settings[18..], 6, HeaderDecoder.MostBytes);
        Output.Queue(FrameType.Settings, 0, 0, settings);
        Output.Queue(FrameType.WindowUpdate, 0, WindowBytes - DefaultWindow);
    }

    /// <summary>Closes the connection where no call has been on it for as long as is allowed.</summary>
    private void CloseIdle()
    {
        lock (_gate)
        {
            if (_streams.Count > 0 || _failure is not null)
            {
                return;
            }

            TimeSpan left = _options.IdleTimeout - _options.Time.GetElapsedTime(_idleSince);
            if (left > TimeSpan.Zero)
            {
                // A timer may be early, and one of an earlier pause may be late.
                _idle.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
                return;
            }

            _isLeaving = true;
        }

        // At best: the connection is closed at once.
        Output.Queue(FrameType.GoAway, 0, 0, new byte[8]);
        Fail(new IOException("The connection was closed, because no call used it."));
    }

    /// <summary>Takes no more calls, and ends the connection once what the server said before it closed is read.</summary>
    /// <remarks>It tells which calls the server never began: those may be sent again.</remarks>
    private async Task FailSoonAsync(Exception error)
    {
        lock (_gate)
        {
            _isLeaving = true;
        }

        await Task.Delay(s_lastWords, _options.Time).ConfigureAwait(false);
        Fail(error);
    }

    /// <summary>Ends the connection and every call of it; only the first reason counts.</summary>
    private void Fail(Exception error)
    {
        List<Http2Stream> streams;
        lock (_gate)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = error;
            streams = [.. _streams.Values];
        }

        foreach (Http2Stream stream in streams)
        {
            stream.Close(error);
        }

        _keepAlive?.Dispose();
        _idle.Dispose();
        _wire.Dispose();
        _changed();
    }

    private async Task ReadAsync()
    {
        Exception end = new IOException("The server closed the connection.");
        try
        {
            if (await _input.ReadHeadAsync().ConfigureAwait(false) is not { } first)
            {
                return;
            }

            if (first.Type != FrameType.Settings || first.Has(FrameHead.Ack))
            {
                throw Broken("The server does not begin with its settings: it may not speak HTTP/2.");
            }

            for (FrameHead? head = first; head is { } frame; head = await _input.ReadHeadAsync().ConfigureAwait(false))
            {
                _keepAlive?.Hear();
                await TakeAsync(frame).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (GrpcClientCall.IsTransport(error))
        {
            end = error;
            if (error is HttpProtocolException protocol)
            {
                // At best: the connection is closed at once.
                Output.Queue(FrameType.GoAway, 0, 0, [0, 0, 0, 0, 0, 0, 0, (byte)protocol.ErrorCode]);
            }
        }
        finally
        {
            Fail(end);
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
            _ => _input.SkipAsync(frame.Length),
        };
    }

    private async ValueTask TakeDataAsync(FrameHead frame)
    {
        Http2Stream? stream = Find(frame.Stream);
        stream?.Spend(frame.Length);
        (int length, int padding) = await UnpadAsync(frame).ConfigureAwait(false);
        if (stream is null)
        {
            await _input.SkipAsync(length).ConfigureAwait(false);
        }
        else
        {
            await _input.DeliverAsync(stream, length).ConfigureAwait(false);
            stream.Refund(frame.Length - length);
        }

        await _input.SkipAsync(padding).ConfigureAwait(false);
        _unreturned += frame.Length;
        if (_unreturned >= WindowBytes / 4)
        {
            Output.Queue(FrameType.WindowUpdate, 0, (uint)_unreturned);
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
            await _input.SkipAsync(Math.Min(length, 5)).ConfigureAwait(false);
            length = length >= 5 ? length - 5 : throw Broken("Headers are shorter than they say.");
        }

        await TakeBlockAsync(length).ConfigureAwait(false);
        await _input.SkipAsync(padding).ConfigureAwait(false);
        bool isWhole = frame.Has(FrameHead.EndHeaders);
        for (int parts = 0; !isWhole; parts++)
        {
            FrameHead? next = await _input.ReadHeadAsync().ConfigureAwait(false);
            if (next is not { Type: FrameType.Continuation } more || more.Stream != frame.Stream || parts == MostSettings)
            {
                throw Broken("Headers do not go on as they began.");
            }

            await TakeBlockAsync(more.Length).ConfigureAwait(false);
            isWhole = more.Has(FrameHead.EndHeaders);
        }

        // The table goes on changing, even with headers of a call that is over.
        List<KeyValuePair<string, string>> headers = _decoder.Decode(_block.GetBuffer().AsSpan(0, (int)_block.Length));
        Http2Stream? stream = Find(frame.Stream);
        stream?.Take(headers, frame.Has(FrameHead.EndStream));
        if (frame.Has(FrameHead.EndStream))
        {
            stream?.End();
        }
    }

    private ValueTask TakeBlockAsync(int length) => _block.Length + length <= HeaderDecoder.MostBytes
        ? _input.ReadAsync(_block, length)
        : throw Http2Error.Of(Http2Error.EnhanceYourCalm, $"Headers exceed the limit: {HeaderDecoder.MostBytes} bytes.");

    private async ValueTask TakeResetAsync(FrameHead frame)
    {
        CheckLength(frame, 4);
        var code = await _input.ReadUInt32Async().ConfigureAwait(false);
        Find(frame.Stream)?.Close(Http2Error.Of((int)code, $"The server reset the call with code {code}."));
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
            int name = await _input.ReadByteAsync().ConfigureAwait(false) << 8;
            name |= await _input.ReadByteAsync().ConfigureAwait(false);
            uint value = await _input.ReadUInt32Async().ConfigureAwait(false);
            streams = name == 3 ? value : streams;
            Take(name, value);
        }

        lock (_gate)
        {
            // What the server does not say at its first word has no bound.
            _mostStreams = streams is { } most ? (int)Math.Min(most, int.MaxValue) : _isTold ? _mostStreams : int.MaxValue;
            _isTold = true;
        }

        Output.Queue(FrameType.Settings, FrameHead.Ack, 0, []);
        _changed();
    }

    private void Take(int name, uint value)
    {
        switch (name)
        {
            case 4 when value > int.MaxValue:
                throw Http2Error.Of(Http2Error.FlowControl, $"Window exceeds the limit: {value}.");
            case 4:
                int change = Output.Configure((int)value, frameBytes: null);
                foreach (Http2Stream stream in Streams())
                {
                    Widen(stream, change);
                }

                break;
            case 5 when value is < (16 << 10) or > 0xFFFFFF:
                throw Broken($"Frame's size is out of bounds: {value}.");
            case 5:
                Output.Configure(streamWindow: null, (int)value);
                break;
        }
    }

    private async ValueTask TakePingAsync(FrameHead frame)
    {
        CheckLength(frame, 8);
        uint high = await _input.ReadUInt32Async().ConfigureAwait(false);
        uint low = await _input.ReadUInt32Async().ConfigureAwait(false);
        if (!frame.Has(FrameHead.Ack))
        {
            var payload = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(payload, ((ulong)high << 32) | low);
            Output.Queue(FrameType.Ping, FrameHead.Ack, 0, payload);
        }
    }

    private async ValueTask TakeGoAwayAsync(FrameHead frame)
    {
        if (frame.Length < 8)
        {
            throw Http2Error.Of(Http2Error.FrameSize, $"Farewell has a wrong length: {frame.Length} bytes.");
        }

        int last = (int)(await _input.ReadUInt32Async().ConfigureAwait(false) & int.MaxValue);
        uint code = await _input.ReadUInt32Async().ConfigureAwait(false);
        string why = await ReadReasonAsync(frame.Length - 8).ConfigureAwait(false);
        bool isIdle;
        lock (_gate)
        {
            _isLeaving = true;
            isIdle = _streams.Count == 0;
        }

        _changed();
        foreach (Http2Stream stream in Streams())
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
        await _input.ReadAsync(text, read).ConfigureAwait(false);
        await _input.SkipAsync(length - read).ConfigureAwait(false);
        return read == 0 ? "" : " It says: " + string.Concat(
            text.ToArray().Select(static b => b is >= 0x20 and < 0x7F ? (char)b : '?'));
    }

    private async ValueTask TakeWindowAsync(FrameHead frame)
    {
        CheckLength(frame, 4);
        long bytes = await _input.ReadUInt32Async().ConfigureAwait(false) & int.MaxValue;
        if (bytes == 0)
        {
            throw Broken("Window is widened by nothing.");
        }

        if (frame.Stream != 0)
        {
            if (Find(frame.Stream) is { } stream)
            {
                Widen(stream, bytes);
            }

            return;
        }

        if (!Output.Widen(bytes))
        {
            throw Http2Error.Of(Http2Error.FlowControl, "Connection's window exceeds the limit.");
        }

        foreach (Http2Stream stream in Streams())
        {
            Output.Wake(stream);
        }
    }

    private void Widen(Http2Stream stream, long bytes)
    {
        if (!Output.Widen(stream, bytes))
        {
            throw Http2Error.Of(Http2Error.FlowControl, "Call's window exceeds the limit.");
        }
    }

    /// <summary>Reads how much of a frame is padding; returns what is left without it, and the padding.</summary>
    private async ValueTask<(int Length, int Padding)> UnpadAsync(FrameHead frame)
    {
        if (!frame.Has(FrameHead.Padded))
        {
            return (frame.Length, 0);
        }

        int padding = frame.Length > 0 ? await _input.ReadByteAsync().ConfigureAwait(false) : 0;
        return padding < frame.Length
            ? (frame.Length - 1 - padding, padding) : throw Broken("Frame is shorter than its padding.");
    }

    /// <summary>Returns the call of a frame, or null where it is over.</summary>
    private Http2Stream? Find(int id)
    {
        lock (_gate)
        {
            return id < _nextId && (id & 1) == 1
                ? _streams.GetValueOrDefault(id) : throw Broken($"Frame is of a call that was never made: {id}.");
        }
    }

    private List<Http2Stream> Streams()
    {
        lock (_gate)
        {
            return [.. _streams.Values];
        }
    }

    private static void CheckLength(FrameHead frame, int expected)
    {
        if (frame.Length != expected)
        {
            throw Http2Error.Of(
                Http2Error.FrameSize, $"Frame has a wrong length: {frame.Type}, {frame.Length}, expected {expected} bytes.");
        }
    }
}
