using System;
using System.Threading;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is the producer's end of a channel: takes frames while the consumer has room for them.</summary>
/// <remarks>
/// The rule is "credit above zero may send", so that a frame larger than the window passes alone. Control frames cost nothing of the
/// credit but of a reserve, and keep their place among the others.
/// <code>
/// offered --opened by the consumer--> open --Complete--> completed --consumer took all--> delivered
///    any of them --link lost, overtaken, consumer gone--> failed
/// </code>
/// One thread sends; news come from others, and wake the owner.
/// </remarks>
public sealed class FrameSender : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TransportNode _node;
    private readonly Action _wake;
    private LinkEnd? _link;
    private uint _channel;
    private long _window;
    private long _reserve;
    private long _sent;
    private long _taken;
    private long _controlSent;
    private long _controlTaken;
    private long _sequence;
    private long _creditWaits;
    private bool _isStarved;
    private bool _isCompleted;
    private bool _isDelivered;
    private bool _isClosed;
    private bool _isDisposed;
    private Exception? _failure;

    internal FrameSender(TransportNode node, ChannelId id, FencingToken token, Action wake)
    {
        _node = node;
        _wake = wake;
        Id = id;
        Token = token;
    }

    /// <summary>Gets the channel.</summary>
    public ChannelId Id { get; }

    /// <summary>Gets the attempt that offers it.</summary>
    public FencingToken Token { get; }

    /// <summary>Gets why nothing can be sent any more, or null.</summary>
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

    /// <summary>Gets whether the consumer took all frames and the end.</summary>
    public bool IsDelivered
    {
        get
        {
            lock (_gate)
            {
                return _isDelivered;
            }
        }
    }

    /// <summary>Gets the bytes of frames that were sent and have not left the consumer's queue, control frames included.</summary>
    public long InFlightBytes
    {
        get
        {
            lock (_gate)
            {
                return _sent - _taken + (_controlSent - _controlTaken);
            }
        }
    }

    /// <summary>Gets the frames sent so far, their bytes as credit counts them, and how often there was no credit.</summary>
    public (long Frames, long Bytes, long CreditWaits) Sent
    {
        get
        {
            lock (_gate)
            {
                return (_sequence, _sent + _controlSent, _creditWaits);
            }
        }
    }

    /// <summary>Gets the number of frames sent so far.</summary>
    public long FramesSent
    {
        get
        {
            lock (_gate)
            {
                return _sequence;
            }
        }
    }

    /// <summary>Tells whether a frame may be sent; when not, the owner is woken once one may.</summary>
    /// <exception cref="ExternalException">The channel failed.</exception>
    public bool TryReserve()
    {
        lock (_gate)
        {
            ThrowIfFailed();
            return MaySend(_link is not null && _sent - _taken < _window);
        }
    }

    /// <summary>Tells whether the reserve has room for a control frame and <paramref name="spareBytes"/> behind it.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="spareBytes">What must still be free then; frames that can be merged leave room for those that cannot.</param>
    /// <exception cref="ExternalException">The channel failed.</exception>
    public bool TryReserveControl(Frame frame, long spareBytes = 0)
    {
        lock (_gate)
        {
            ThrowIfFailed();
            long needed = frame.ChargedBytes + Math.Min(spareBytes, _reserve / 2);
            return MaySend(_link is not null && _controlSent - _controlTaken + needed <= _reserve);
        }
    }

    /// <summary>Sends a frame, which moves, also on failure; <see cref="TryReserve"/> said that it may.</summary>
    /// <exception cref="ExternalException">The channel failed.</exception>
    public void Send(Frame frame) => Send(frame, WireKind.Data);

    /// <summary>Sends a frame of the reserve, which moves, also on failure; <see cref="TryReserveControl"/> said that it may.</summary>
    /// <exception cref="ExternalException">The channel failed.</exception>
    public void SendControl(Frame frame) => Send(frame, WireKind.Control);

    /// <summary>Says that no frame follows; the channel must be open.</summary>
    /// <exception cref="ExternalException">The channel failed.</exception>
    public void Complete()
    {
        if (!TryComplete())
        {
            throw Again(Failure!);
        }
    }

    /// <summary>Says that no frame follows; the channel must be open. False when it failed.</summary>
    public bool TryComplete()
    {
        lock (_gate)
        {
            if (_failure is not null)
            {
                return false;
            }

            LinkEnd link = _link ?? throw new InvariantException(9001, $"Channel is not open: {Id}.");
            if (!_isCompleted)
            {
                _isCompleted = true;
                link.Send(new WireMessage(WireKind.End, _channel, _sequence));
            }

            return true;
        }
    }

    /// <summary>Lets go of the channel: unless it is completed, its consumer learns that it broke.</summary>
    public void Dispose()
    {
        bool isOver;
        lock (_gate)
        {
            isOver = _isDisposed || (_isCompleted && _failure is null);
            _isDisposed = true;
        }

        _node.Withdraw(this);
        if (!isOver)
        {
            Fail(TransportFailure.Closed($"Producer gave the channel up: {Id}."));
        }
    }

    /// <summary>Binds the channel to the link that its consumer opened; false where it was before.</summary>
    internal bool Open(LinkEnd link, WireMessage opening)
    {
        lock (_gate)
        {
            if (_link is not null || _failure is not null)
            {
                return false;
            }

            _link = link;
            _channel = opening.Channel;
            _window = opening.First;
            _reserve = opening.Second;
            _isStarved = false;
        }

        _wake();
        return true;
    }

    /// <summary>Learns what left the consumer's queue so far; false where that cannot be.</summary>
    internal bool Credit(LinkEnd link, long taken, long controlTaken)
    {
        bool wakes;
        lock (_gate)
        {
            if (_link != link)
            {
                return true;
            }

            if (taken < _taken || taken > _sent || controlTaken < _controlTaken || controlTaken > _controlSent)
            {
                return false;
            }

            _taken = taken;
            _controlTaken = controlTaken;
            wakes = _isStarved;
            _isStarved = false;
        }

        if (wakes)
        {
            _wake();
        }

        return true;
    }

    /// <summary>Learns that the consumer wants nothing more.</summary>
    /// <param name="isWhole">Whether it took all frames and the end.</param>
    internal void CloseByConsumer(bool isWhole)
    {
        lock (_gate)
        {
            _isClosed = true;
            _isDelivered = isWhole && _isCompleted && _failure is null;
            if (!_isDelivered)
            {
                _failure ??= TransportFailure.Closed($"Consumer closed the channel: {Id}.");
            }
        }

        _wake();
    }

    /// <summary>Tells the consumer again what it was told last, and how many frames were sent: a message that was lost alone is missed.</summary>
    internal void Beat(LinkEnd link)
    {
        lock (_gate)
        {
            // Of two links that ask for a channel only one has it.
            if (_isClosed || _link != link)
            {
                return;
            }

            link.Send(_failure is not null
                ? TransportFailure.Message(WireKind.Failed, _channel, _failure)
                : new WireMessage(_isCompleted ? WireKind.End : WireKind.Count, _channel, _sequence));
        }
    }

    /// <summary>Breaks the channel; where it is open its consumer is told, unless the link itself is gone.</summary>
    internal void Fail(Exception failure, bool isLinkLost = false)
    {
        lock (_gate)
        {
            if (_failure is not null || _isDelivered)
            {
                return;
            }

            _failure = failure;
            if (_link is not null && !isLinkLost)
            {
                _link.Drop(_channel);
                _link.Send(TransportFailure.Message(WireKind.Failed, _channel, failure));
            }
        }

        _wake();
    }

    private bool MaySend(bool hasRoom)
    {
        if (!hasRoom && !_isStarved)
        {
            _creditWaits++;
            _link?.Counters.AddCreditWait();
        }

        _isStarved |= !hasRoom;
        return hasRoom;
    }

    private void Send(Frame frame, WireKind kind)
    {
        bool isSent = false;
        try
        {
            uint checksum = _node.Options.ChecksFrames ? frame.Checksum() : 0;
            lock (_gate)
            {
                ThrowIfFailed();
                if (_isCompleted || _link is null || frame.ChargedBytes > _node.Options.MaxFrameBytes)
                {
                    throw new InvariantException(9001, $"Frame cannot be sent: {Id}, {frame.ChargedBytes} bytes.");
                }

                if (kind == WireKind.Data)
                {
                    _sent += frame.ChargedBytes;
                }
                else
                {
                    _controlSent += frame.ChargedBytes;
                }

                isSent = true;
                _link.Counters.AddFrame(frame.ChargedBytes);
                _link.Send(new WireMessage(kind, _channel, _sequence++) { Frame = frame, Checksum = checksum });
            }
        }
        finally
        {
            if (!isSent)
            {
                frame.Release();
            }
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw Again(failure);
        }
    }

    private static Exception Again(Exception failure) => failure is ExternalException known
        ? new ExternalException(known.Code, known.Message, known.IsRetryable, known)
        : failure;
}
