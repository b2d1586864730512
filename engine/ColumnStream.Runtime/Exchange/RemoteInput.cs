using System;
using ColumnStream.Engine.Elements;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Takes the frames of a transport and sends their elements into the channel of an <see cref="InputGate"/>.</summary>
/// <remarks>
/// A frame leaves the transport's queue, and its credit goes back, once the frame before it is in the channel; one batch that finds no
/// room there is held, so that what has no cost passes.
/// </remarks>
internal sealed class RemoteInput : ExchangeUnit
{
    private readonly Channel _channel;
    private readonly ElementDecoder _decoder;
    private readonly RemoteChannel _way;
    private readonly Action _isReady;
    private FrameReceiver? _receiver;
    private StreamBatch? _held;

    public RemoteInput(RemoteChannel way, Channel channel, Action isReady)
        : base(way.Job, way.Name + "/in")
    {
        _way = way;
        _isReady = isReady;
        _channel = channel;
        _channel.Attach(this);
        _decoder = new ElementDecoder(way.Schema, way.Job.Memory);
    }

    protected override bool Move(long deadlineNs)
    {
        FrameReceiver receiver = _receiver ??= _way.Open(Notify);
        do
        {
            if (_held is not null)
            {
                if (!_channel.TryReserve())
                {
                    return false;
                }

                StreamBatch batch = _held;
                _held = null;
                _channel.Send(batch);
            }

            if (!receiver.TryTake(out Frame frame))
            {
                return false;
            }

            StreamElement? element = _decoder.Decode(frame);
            if (element is StreamBatch held)
            {
                _held = held;
            }
            else if (element is ExchangeReady)
            {
                _isReady();
            }
            else if (element is not null)
            {
                _channel.Send(element);
            }
        }
        while (Executor.Now < deadlineNs);
        return true;
    }

    protected override void GiveBack()
    {
        _held?.Release();
        _held = null;
        _decoder.Dispose();
        _receiver?.Dispose();
    }
}
