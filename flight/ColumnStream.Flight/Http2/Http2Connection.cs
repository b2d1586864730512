using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
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
    private const int DefaultWindow = 65535;
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly GrpcChannelOptions _options;
    private readonly Http2Wire _wire;
    private readonly Http2Receiver _receiver;
    private readonly Action _changed;
    private readonly KeepAliveTimer? _keepAlive;
    private readonly ITimer _idle;
    private Exception? _failure;
    private int _nextId = 1;
    // One until the server has said how many it takes: a call beyond its limit would be refused.
    private int _mostStreams = 1;
    private long _idleSince;
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
        Output = new Http2Output(wire, options.Time, Fail, error => _ = FailSoonAsync(error));
        _receiver = new Http2Receiver(this, new Http2Input(wire));
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
    public void Start() => _ = _receiver.RunAsync();

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

    /// <summary>Ends the connection and every call of it; only the first reason counts.</summary>
    public void Fail(Exception error)
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

    /// <summary>Returns the call of a frame, or null where it is over.</summary>
    public Http2Stream? Find(int id)
    {
        lock (_gate)
        {
            return id < _nextId && (id & 1) == 1
                ? _streams.GetValueOrDefault(id)
                : throw Http2Error.Of(Http2Error.Protocol, $"Frame is of a call that was never made: {id}.");
        }
    }

    /// <summary>Returns all calls that are open.</summary>
    public List<Http2Stream> Streams()
    {
        lock (_gate)
        {
            return [.. _streams.Values];
        }
    }

    /// <summary>Counts that something was heard of the server.</summary>
    public void Hear() => _keepAlive?.Hear();

    /// <summary>Takes over how many calls the server takes at once, or null where its settings do not say.</summary>
    public void Limit(uint? streams)
    {
        lock (_gate)
        {
            // What the server does not say at its first word has no bound.
            _mostStreams = streams is { } most ? (int)Math.Min(most, int.MaxValue) : _isTold ? _mostStreams : int.MaxValue;
            _isTold = true;
        }
    }

    /// <summary>Takes over the window of every call, those that are open too; false where one leaves the bounds.</summary>
    public bool Configure(int streamWindow)
    {
        // A call that opens does so before or after: it has the new window once.
        lock (_gate)
        {
            int change = Output.Configure(streamWindow, frameBytes: null);
            return _streams.Values.All(s => Output.Widen(s, change));
        }
    }

    /// <summary>Tells that a call may be taken now.</summary>
    public void TellLimit() => _changed();

    /// <summary>Takes no more calls, because the server is leaving; returns whether there is none.</summary>
    public bool Leave()
    {
        bool isIdle;
        lock (_gate)
        {
            _isLeaving = true;
            isIdle = _streams.Count == 0;
        }

        _changed();
        return isIdle;
    }

    private static void WriteSetting(Span<byte> target, ushort name, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, name);
        BinaryPrimitives.WriteInt32BigEndian(target[2..], value);
    }

    private void Greet()
    {
        Output.QueueGreeting("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Span<byte> settings = stackalloc byte[24];
        WriteSetting(settings, 2, 0);
        WriteSetting(settings[6..], 4, _options.StreamWindowBytes);
        WriteSetting(settings[12..], 5, Http2Receiver.MostFrameBytes);
        WriteSetting(settings[18..], 6, HeaderDecoder.MostBytes);
        Output.Queue(FrameType.Settings, 0, 0, settings);
        Output.Queue(FrameType.WindowUpdate, 0, Http2Receiver.WindowBytes - DefaultWindow);
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
}
