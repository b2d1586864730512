using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is one end of a simulated link.</summary>
internal sealed class SimulatedLink : TransportLink
{
    private readonly SimulatedTransport _owner;
    private readonly string _node;
    private readonly WireQueue _queue;
    private readonly Delivery _delivery;
    private readonly List<Flying> _flying = [];
    private readonly Dictionary<uint, long> _lastOfChannel = [];
    private SimulatedLink _other = null!;
    private ILinkHandler? _handler;
    private ITransportHost? _host;
    private Exception? _failure;
    private long _lostAtNs = long.MaxValue;
    private bool _isClosed;
    private bool _isSilent;
    private bool _isTold;

    /// <param name="owner">The network.</param>
    /// <param name="peer">What the other end is called.</param>
    /// <param name="node">The node that listens, which may be parted from the others.</param>
    /// <param name="number">Tells links apart.</param>
    public SimulatedLink(SimulatedTransport owner, string peer, string node, int number)
    {
        _owner = owner;
        _node = node;
        Peer = peer;
        _delivery = new Delivery(this, number);
        _queue = new WireQueue(() => _delivery.Notify());
    }

    public override string Peer { get; }

    /// <summary>Gets or sets an end at the other node that gets all requests of channels a second time.</summary>
    public SimulatedLink? Ghost { get; set; }

    public void Bind(SimulatedLink other, ILinkHandler? handler)
    {
        _other = other;
        _handler = handler;
    }

    public void Accept(ITransportHost host)
    {
        _host = host;
        _delivery.Notify();
    }

    public override void Send(WireMessage message) => _queue.Add(message);

    public override void Drop(uint channel) => _queue.Drop(channel);

    public override void Close(Exception? failure)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _failure ??= failure;
        _queue.Close();
        _delivery.Notify();

        // The other end learns it later, unless the way there is silent.
        if (!_isSilent && !_other._isClosed)
        {
            _other._lostAtNs = _owner.Arrival(_node, _other._owner);
            _other._failure ??= failure is null ? null : TransportFailure.Lost(_other.Peer, failure.Message);
            _other._owner.Executor.WakeAt(_other._delivery, _other._lostAtNs);
        }
    }

    public void ReleaseAll()
    {
        foreach (Flying flying in _flying)
        {
            flying.Body?.Release();
        }

        _flying.Clear();
    }

    /// <summary>Sends what waits as bytes; a fault may befall each message.</summary>
    private void Depart()
    {
        while (!_isClosed && _queue.TryTake(out WireMessage message))
        {
            Judge(message);
            bool isCounted = _owner.CountsLost();
            WireFaults rates = _owner.Rates;
            _isSilent |= _owner.Draw(rates.Silence, nameof(rates.Silence));
            if (_isSilent || _owner.Draw(rates.Lose, nameof(rates.Lose)) || IsLostAlone(message) || isCounted)
            {
                message.Release();
                continue;
            }

            _lastOfChannel.TryGetValue(message.Channel, out long last);
            long due = Math.Max(last, _owner.Arrival(_node, _other._owner));
            if (_owner.Draw(rates.Swap, nameof(rates.Swap)))
            {
                due += 10_000_000;
            }
            else
            {
                _lastOfChannel[message.Channel] = due;
            }

            Flying flying = Encode(message, due);
            message.Release();
            if (_owner.Draw(rates.Double, nameof(rates.Double)))
            {
                _other.Fly(flying with { Body = flying.Body?.Retain(), DueNs = due + 1 });
            }

            if (flying.Body is null)
            {
                Ghost?.Fly(flying);
            }

            _other.Fly(flying);
            if (_owner.Draw(rates.Cut, nameof(rates.Cut)))
            {
                Close(TransportFailure.Lost(Peer, "The link was cut."));
            }
        }
    }

    /// <summary>Draws whether the last message that waits, of a channel, is the one that this network loses.</summary>
    private bool IsLostAlone(WireMessage message)
    {
        WireFaults rates = _owner.Rates;
        bool isLost = message.Channel > 0 && _queue.IsEmpty && _owner.Draw(rates.LoseOne, nameof(rates.LoseOne));
        if (isLost)
        {
            _owner.LoseNoMore();
        }

        return isLost;
    }

    /// <summary>Finds out where fencing fails: both ends of a job's channels are in one process, so what passes between two is of an overtaken one.</summary>
    private void Judge(WireMessage message)
    {
        if (message.Frame is not null && _other._owner != _owner)
        {
            message.Release();
            throw new SimulationException($"I13: a frame passes between processes of which one has overtaken the other, at {_node}.");
        }
    }

    private Flying Encode(WireMessage message, long due)
    {
        byte[] head = WireFormat.WriteHead(message);
        byte[] header = message.Frame?.Header.ToArray() ?? [];
        NativeBuffer? body = null;
        if (message.Frame?.Body is { } content)
        {
            // A transport copies into the memory of whoever receives.
            body = _other._owner.Memory.Allocate(content.Bytes);
            int done = 0;
            foreach (ReadOnlyMemory<byte> part in content.Parts)
            {
                part.Span.CopyTo(body.Span[done..]);
                done += part.Length;
            }
        }

        // Long messages are hit more often, and by bursts: most of a small batch is padding.
        bool isLong = body is { Length: > 0 };
        if (_owner.Draw(_owner.Rates.Change * (isLong ? 5 : 1), nameof(WireFaults.Change)))
        {
            Span<byte> target = isLong && _owner.Random.Next(8) > 0 ? body!.Span : head;
            for (int flips = target == head ? 1 : 1 + (target.Length / 16); flips > 0; flips--)
            {
                target[_owner.Random.Next(target.Length)] ^= (byte)(1 << _owner.Random.Next(8));
            }
        }

        return new Flying(head, header, body, due);
    }

    private void Fly(Flying flying)
    {
        // Behind those of the same moment: a channel's order is kept.
        int at = _flying.Count;
        while (at > 0 && _flying[at - 1].DueNs > flying.DueNs)
        {
            at--;
        }

        _flying.Insert(at, flying);
        _owner.Executor.WakeAt(_delivery, flying.DueNs);
    }

    private sealed record Flying(byte[] Head, byte[] Header, NativeBuffer? Body, long DueNs);

    private sealed class Delivery(SimulatedLink link, int number)
        : TaskUnit($"sim-link-{number}", link._owner.Executor, link._owner.Share)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            link.Depart();
            ILinkHandler? handler = link._handler ??= link._host?.Accept(link);
            long now = Executor.Now;
            while (link._flying.Count > 0 && link._flying[0].DueNs <= now)
            {
                Flying flying = link._flying[0];
                link._flying.RemoveAt(0);
                if (link._isClosed || handler is null)
                {
                    flying.Body?.Release();
                    continue;
                }

                try
                {
                    handler.Received(WireFormat.Read(flying.Head, flying.Header, flying.Body));
                }
                catch (ExternalException wrong)
                {
                    link.Close(wrong);
                }
            }

            if (now >= link._lostAtNs && link._flying.Count == 0)
            {
                link._isClosed = true;
                link._queue.Close();
            }

            if (link._isClosed && !link._isTold)
            {
                link._isTold = true;
                handler?.Lost(link._failure);
            }

            if (link._flying.Count > 0)
            {
                Executor.WakeAt(this, link._flying[0].DueNs);
            }

            return TurnResult.Idle;
        }

        protected override void Fail(Exception failure) => throw failure;
    }
}
