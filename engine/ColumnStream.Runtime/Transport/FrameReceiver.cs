using System;
using System.Collections.Generic;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is the consumer's end of a channel: gives frames in the order in which they were sent, each once, or fails.</summary>
/// <remarks>
/// Credit goes back when a frame leaves the queue. What came before a failure is given first; a clean end and a broken one are told apart.
/// One thread takes; frames come from others, and wake the owner.
/// </remarks>
public sealed class FrameReceiver : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TransportNode _node;
    private readonly Action _wake;
    private readonly long _window;
    private readonly long _reserve;
    private readonly Queue<WireMessage> _queue = new();
    private ConsumerEnd _link = null!;
    private uint _channel;
    private long _expected;
    private long _received;
    private long _taken;
    private long _reported;
    private long _controlReceived;
    private long _controlTaken;
    private long _controlReported;
    private bool _isOpen;
    private bool _hasEnd;
    private bool _isClosed;
    private bool _isWhole;
    private Exception? _failure;

    internal FrameReceiver(TransportNode node, ChannelId id, FencingToken token, long windowBytes, Action wake)
    {
        _node = node;
        _wake = wake;
        _window = windowBytes;
        _reserve = node.Options.ControlReserveBytes;
        Id = id;
        Token = token;
    }

    /// <summary>Gets the channel.</summary>
    public ChannelId Id { get; }

    /// <summary>Gets the attempt that opened it.</summary>
    public FencingToken Token { get; }

    /// <summary>Gets why nothing more will come, or null; what came before can still be taken.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_gate)
            {
                return _failure;
            }
        }
    }

    /// <summary>Gets whether all frames were taken and the producer said that these are all.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_gate)
            {
                return _hasEnd && _queue.Count == 0;
            }
        }
    }

    /// <summary>Gets the bytes of frames that wait to be taken.</summary>
    public long QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return _received - _taken + (_controlReceived - _controlTaken);
            }
        }
    }

    /// <summary>Gets the number of frames taken so far.</summary>
    public long FramesTaken
    {
        get
        {
            lock (_gate)
            {
                return _expected - _queue.Count;
            }
        }
    }

    /// <summary>Takes the oldest frame, which its caller then owns; false when there is none now, and the owner is woken when one comes.</summary>
    /// <exception cref="ExternalException">The channel broke, and all that came before was taken.</exception>
    public bool TryTake(out Frame frame)
    {
        frame = null!;
        WireMessage message;
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            if (!_queue.TryDequeue(out message!))
            {
                ThrowIfFailed();
                return false;
            }

            Take(message);
        }

        frame = message.Frame!;
        if (message.Checksum != 0 && frame.Checksum() != message.Checksum)
        {
            frame.Release();
            _link.Counters.AddChecksumError();
            throw TransportFailure.Protocol($"Frame was changed on its way: {Id}, number {message.First}.");
        }

        return true;
    }

    /// <summary>Lets go of the channel: what waits is released, and the producer learns that nothing more is wanted.</summary>
    public void Dispose()
    {
        WireMessage[] left;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            _isWhole = _hasEnd && _queue.Count == 0;
            left = [.. _queue];
            _queue.Clear();
        }

        foreach (WireMessage message in left)
        {
            message.Release();
        }

        _node.Forget(this);
        _link.CloseReceiver(_channel, Closing());
    }

    internal void Bind(ConsumerEnd link, uint channel)
    {
        _link = link;
        _channel = channel;
    }

    /// <summary>Asks the producer for the channel: the first that it hears of it, though a heartbeat may find the receiver before.</summary>
    internal void Open()
    {
        lock (_gate)
        {
            _link.Send(new WireMessage(WireKind.Open, _channel, _window, _reserve) { Id = Id, Token = Token });
            _isOpen = true;
        }
    }

    /// <summary>Tells the producer again what it was told last: a message that was lost alone is missed.</summary>
    internal void Beat()
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                return;
            }

            if (!_isClosed)
            {
                Report();
                return;
            }
        }

        _link.Send(Closing());
    }

    /// <summary>Takes over a frame from the link; returns what is wrong with it, or null.</summary>
    internal Exception? Deliver(WireMessage message)
    {
        Exception? wrong = null;
        bool wakes = false;
        lock (_gate)
        {
            if (_isClosed || _failure is not null)
            {
                message.Release();
                return null;
            }

            wrong = Check(message);
            if (wrong is null)
            {
                _expected++;
                _link.Counters.AddFrame(message.Frame!.ChargedBytes);
                wakes = _queue.Count == 0;
                _queue.Enqueue(message);
            }
        }

        if (wrong is not null)
        {
            message.Release();
        }
        else if (wakes)
        {
            _wake();
        }

        return wrong;
    }

    /// <summary>Learns how many frames were sent so far; returns what is wrong with that, or null.</summary>
    internal Exception? Count(long frames)
    {
        lock (_gate)
        {
            return _isClosed || _failure is not null || (frames == _expected && !_hasEnd)
                ? null
                : TransportFailure.Protocol($"Frames are lost: {Id}, {frames} were sent, {_expected} came.");
        }
    }

    /// <summary>Learns, perhaps again, that all frames were sent; returns what is wrong with that, or null.</summary>
    internal Exception? End(long frames)
    {
        lock (_gate)
        {
            if (_isClosed || _failure is not null)
            {
                return null;
            }

            if (frames != _expected)
            {
                return TransportFailure.Protocol($"Channel ends behind frame {frames}, but {_expected} came: {Id}.");
            }

            if (_hasEnd)
            {
                return null;
            }

            _hasEnd = true;
        }

        _wake();
        return null;
    }

    /// <summary>Breaks the channel behind what came.</summary>
    internal void Fail(Exception failure)
    {
        lock (_gate)
        {
            if (_failure is not null || _hasEnd || _isClosed)
            {
                return;
            }

            _failure = failure;
        }

        _wake();
    }

    /// <summary>Breaks the channel at once: what waits is released, because this node ends.</summary>
    internal void Discard(Exception failure)
    {
        WireMessage[] left;
        lock (_gate)
        {
            left = [.. _queue];
            _expected -= left.Length;
            _queue.Clear();

            // Only who has all that came may see an end.
            _hasEnd &= left.Length == 0;
            _failure ??= _hasEnd ? null : failure;
        }

        foreach (WireMessage message in left)
        {
            message.Release();
        }

        _wake();
    }

    private Exception? Check(WireMessage message)
    {
        long bytes = message.Frame!.ChargedBytes;
        if (_hasEnd || message.First != _expected)
        {
            return TransportFailure.Protocol(
                message.First < _expected || _hasEnd
                    ? $"Frame came twice: {Id}, number {message.First}, expected {_expected}."
                    : $"Frames are lost: {Id}, number {message.First} came, expected {_expected}.");
        }

        bool isData = message.Kind == WireKind.Data;
        bool isOver = isData
            ? _received - _reported >= _window
            : _controlReceived - _controlReported + bytes > _reserve;
        if (isOver || bytes > _node.Options.MaxFrameBytes)
        {
            return TransportFailure.Protocol($"Frame exceeds what was granted: {Id}, number {message.First}, {bytes} bytes.");
        }

        if (isData)
        {
            _received += bytes;
        }
        else
        {
            _controlReceived += bytes;
        }

        return null;
    }

    /// <summary>Counts what left the queue, and tells the producer each quarter of the window.</summary>
    private void Take(WireMessage message)
    {
        if (message.Kind == WireKind.Data)
        {
            _taken += message.Frame!.ChargedBytes;
        }
        else
        {
            _controlTaken += message.Frame!.ChargedBytes;
        }

        if (_taken - _reported > _window / 4 || _controlTaken - _controlReported > _reserve / 4)
        {
            Report();
        }
    }

    private void Report()
    {
        _reported = _taken;
        _controlReported = _controlTaken;
        _link.Send(new WireMessage(WireKind.Credit, _channel, _taken, _controlTaken));
    }

    private WireMessage Closing() => new(WireKind.Close, _channel, _isWhole ? 1 : 0);

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw failure is ExternalException known
                ? new ExternalException(known.Code, known.Message, known.IsRetryable, known)
                : failure;
        }
    }
}
