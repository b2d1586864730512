using ColumnStream.Engine.Elements;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Takes the elements of a local channel and sends them over a transport.</summary>
/// <remarks>
/// The partitioners of an <see cref="OutputGate"/> send into <see cref="Entry"/> as into any channel; its window of one byte lets one
/// batch wait here, and the transport's window bounds the rest. A batch that has no credit is held, so that what comes before it has
/// left. Watermarks that find no room in the reserve are merged into the newest; barriers and ends have the other half of it.
/// </remarks>
internal sealed class RemoteOutput : ExchangeUnit
{
    private const long LocalWindowBytes = 1;
    private const int SpareBytes = 8 << 10;
    private readonly InputGate _gate;
    private readonly ElementEncoder _encoder;
    private readonly RemoteChannel _way;
    private volatile FrameSender? _sender;
    private StreamElement? _held;
    private Frame? _heldFrame;
    private Watermark? _watermark;
    private Idle? _idle;
    private bool _hasEnded;
    private volatile bool _isReady;
    private bool _hasSaidReady;

    public RemoteOutput(RemoteChannel way)
        : base(way.Job, way.Name + "/out")
    {
        _way = way;
        _gate = new InputGate(this, 1, LocalWindowBytes);
        _encoder = new ElementEncoder(way.Schema, way.Job.Memory);
    }

    /// <summary>Gets what producers send into.</summary>
    public Channel Entry => _gate[0];

    /// <summary>Gets the channel that it sends over.</summary>
    public RemoteChannel Way => _way;

    /// <summary>Gets the frames sent so far, their bytes, and how often there was no credit; from any thread.</summary>
    public (long Frames, long Bytes, long CreditWaits) Sent => _sender?.Sent ?? default;

    /// <summary>Tells the consumer, behind all that is in the channel now, that every task of the job is open.</summary>
    public void SayReady()
    {
        _isReady = true;
        Notify();
    }

    public override void Release() => _gate.Release();

    protected override bool Move(long deadlineNs)
    {
        FrameSender sender = _sender ??= _way.Offer(Notify);
        if (sender.Failure is { } failure)
        {
            throw failure;
        }

        do
        {
            if (_heldFrame is not null || _held is not null || _encoder.IsOpen)
            {
                if (!SendHeld(sender))
                {
                    return false;
                }

                continue;
            }

            // What the tasks' start sent lies in the gate before they are ready.
            bool isReady = _isReady;
            if (!_gate.TryTake(out StreamElement element, out _))
            {
                if (isReady && !_hasSaidReady)
                {
                    _hasSaidReady = true;
                    _held = ExchangeReady.Instance;
                    continue;
                }

                SendMarks(sender, SpareBytes);
                return false;
            }

            switch (element)
            {
                case Watermark watermark:
                    _watermark = watermark;
                    _idle = null;
                    SendMarks(sender, SpareBytes);
                    break;
                case Idle idle:
                    _idle = idle;
                    SendMarks(sender, SpareBytes);
                    break;
                default:
                    _held = element;
                    break;
            }
        }
        while (Executor.Now < deadlineNs);
        return true;
    }

    protected override void GiveBack()
    {
        _heldFrame?.Release();
        (_held as StreamBatch)?.Release();
        _heldFrame = null;
        _held = null;
        _encoder.Dispose();
        if (_hasEnded)
        {
            _sender!.TryComplete();
        }

        _sender?.Dispose();
    }

    /// <summary>Sends what is held, behind the marks that came before it; false when something has no room.</summary>
    private bool SendHeld(FrameSender sender)
    {
        if (_heldFrame is null && !_encoder.IsOpen)
        {
            if (!SendMarks(sender, spareBytes: 0))
            {
                return false;
            }

            if (_held is not StreamBatch batch)
            {
                Frame control = ElementEncoder.Control(_held!);
                if (!sender.TryReserveControl(control))
                {
                    return false;
                }

                sender.SendControl(control);
                _hasEnded |= _held is End;
                _held = null;
                return true;
            }

            _held = null;
            _encoder.Open(batch);
        }

        while (true)
        {
            if (_heldFrame is null && !_encoder.TryNext(out _heldFrame))
            {
                return true;
            }

            if (!sender.TryReserve())
            {
                return false;
            }

            Frame frame = _heldFrame;
            _heldFrame = null;
            sender.Send(frame);
        }
    }

    /// <summary>Sends the newest watermark and idleness that wait; false when they have no room and still wait.</summary>
    private bool SendMarks(FrameSender sender, int spareBytes)
    {
        if (_watermark is not null)
        {
            Frame frame = ElementEncoder.Control(_watermark);
            if (!sender.TryReserveControl(frame, spareBytes))
            {
                return false;
            }

            sender.SendControl(frame);
            _watermark = null;
        }

        if (_idle is not null)
        {
            Frame frame = ElementEncoder.Control(_idle);
            if (!sender.TryReserveControl(frame, spareBytes))
            {
                return false;
            }

            sender.SendControl(frame);
            _idle = null;
        }

        return true;
    }
}
