using System;
using System.Collections.Generic;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Sabotage;

/// <summary>What left a consumer's queue is reported to the producer as twice as much.</summary>
internal sealed class CreditReturnedTwice : PlantedBug
{
    public override string Name => "credit returned twice";

    public override string What => "a consumer gives the credit of a frame back when it leaves the queue, and again when it is decoded";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        public override WireMessage Sent(WireMessage message) =>
            message.Kind == WireKind.Credit ? message with { First = message.First * 2, Second = message.Second * 2 } : message;
    }
}

/// <summary>Of a channel's credit only the first report is true.</summary>
internal sealed class CreditForgotten : PlantedBug
{
    public override string Name => "credit forgotten";

    public override string What => "a consumer counts what it took from the queue, and tells the producer only of the first frames";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        private readonly Dictionary<uint, WireMessage> _told = [];

        public override WireMessage Sent(WireMessage message) =>
            message.Kind != WireKind.Credit || _told.TryAdd(message.Channel, message) ? message : _told[message.Channel];
    }
}

/// <summary>Frames are taken in whatever order and number they arrive.</summary>
internal sealed class SequenceNotChecked : PlantedBug
{
    public override string Name => "sequence not checked";

    public override string What => "a consumer does not look at the numbers of frames: what is lost or doubled on the wire is not noticed";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        private readonly Dictionary<uint, long> _next = [];

        public override void Received(WireMessage message, Action<WireMessage> deliver)
        {
            switch (message.Kind)
            {
                case WireKind.Data or WireKind.Control:
                    long next = _next.GetValueOrDefault(message.Channel);
                    _next[message.Channel] = next + 1;
                    deliver(message with { First = next });
                    break;
                case WireKind.End:
                    deliver(message with { First = _next.GetValueOrDefault(message.Channel) });
                    break;
                default:
                    deliver(message);
                    break;
            }
        }
    }
}

/// <summary>A frame that is lost is noticed by the one behind it, and by nothing else.</summary>
internal sealed class LastFrameNotMissed : PlantedBug
{
    public override string Name => "last frame not missed";

    public override string What => "a consumer does not compare what came with how many frames were sent: one that no other follows is waited for, for ever";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        public override void Received(WireMessage message, Action<WireMessage> deliver)
        {
            if (message.Kind != WireKind.Count)
            {
                deliver(message);
            }
        }
    }
}

/// <summary>Frames are taken whatever their checksum says.</summary>
internal sealed class ChecksumNotChecked : PlantedBug
{
    public override string Name => "checksum not checked";

    public override string What => "a consumer does not compute the checksum of frames: a bit that flips on the wire is a bit of a row";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        public override void Received(WireMessage message, Action<WireMessage> deliver) => deliver(message with { Checksum = 0 });
    }
}

/// <summary>Control frames go past the batches that wait.</summary>
internal sealed class ControlOvertakesData : PlantedBug
{
    public override string Name => "control overtakes data";

    public override string What => "watermarks and barriers have a queue of their own at the consumer: they pass batches that came before them";

    public override ITransport Change(ITransport transport) => new TransportDecorator(transport, static () => new Bug());

    private sealed class Bug : LinkBug
    {
        private WireMessage? _waiting;

        public override void Received(WireMessage message, Action<WireMessage> deliver)
        {
            WireMessage? waiting = _waiting;
            _waiting = null;
            if (waiting is not null && message.Kind == WireKind.Control && message.Channel == waiting.Channel)
            {
                deliver(message with { First = waiting.First });
                deliver(waiting with { First = message.First });
                return;
            }

            if (waiting is not null)
            {
                deliver(waiting);
            }

            if (message.Kind == WireKind.Data)
            {
                // Until the next message; there is always a next sign of life.
                _waiting = message;
            }
            else
            {
                deliver(message);
            }
        }

        public override void Lost()
        {
            _waiting?.Release();
            _waiting = null;
        }
    }
}
