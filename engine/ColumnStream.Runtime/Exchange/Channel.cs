using System;
using ColumnStream.Engine.Elements;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Carries elements from one task to another, in order, with a window of bytes of its own.</summary>
/// <remarks>Credit is never shared between channels: with alignment that would deadlock.</remarks>
internal sealed class Channel
{
    private const int Slots = 16;

    private readonly ElementRing _ring = new(Slots);
    private readonly CreditWindow _window;
    private readonly InputGate _gate;
    private readonly long _leastCharge;

    public Channel(InputGate gate, int index, long windowBytes)
    {
        _gate = gate;
        Index = index;
        _window = new CreditWindow(windowBytes);
        _leastCharge = Math.Max(1, windowBytes / Slots);
    }

    /// <summary>Gets the position in the gate.</summary>
    public int Index { get; }

    /// <summary>Names the sending task.</summary>
    public void Attach(TaskUnit producer) => _window.Attach(producer);

    /// <summary>Tells whether a batch may be sent; when not, the producer is notified once it may.</summary>
    public bool TryReserve() => _window.TryReserve();

    /// <summary>Sends an element, which moves to the receiver; batches are charged, control elements are not.</summary>
    public void Send(StreamElement element)
    {
        if (element is StreamBatch batch)
        {
            batch.ChargedBytes = Math.Max(batch.ChargedBytes, _leastCharge);
            _window.Spend(batch.ChargedBytes);
        }

        _ring.Add(element);
        _gate.Arrived(Index);
    }

    /// <summary>Takes the oldest element and gives its credit back; receiver only.</summary>
    public bool TryTake(out StreamElement element)
    {
        if (!_ring.TryTake(out element))
        {
            return false;
        }

        if (element is StreamBatch batch)
        {
            _window.Return(batch.ChargedBytes);
            batch.ChargedBytes = 0;
        }

        return true;
    }

    public bool IsEmpty() => _ring.IsEmpty();

    /// <summary>Drops everything that waits; called once nobody sends any more.</summary>
    public void Release()
    {
        while (TryTake(out StreamElement element))
        {
            (element as StreamBatch)?.Release();
        }
    }
}
