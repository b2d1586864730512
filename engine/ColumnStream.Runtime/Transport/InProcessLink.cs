using System;
using System.Threading;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is one end of a link inside a process; what its other end sends is delivered in turns of a unit of its own.</summary>
internal sealed class InProcessLink : TransportLink
{
    private readonly InProcessTransport _owner;
    private readonly WireQueue _queue;
    private readonly Delivery _delivery;
    private InProcessLink _other = null!;
    private ILinkHandler? _handler;
    private volatile ITransportHost? _host;
    private Exception? _failure;
    private int _isClosed;

    public InProcessLink(InProcessTransport owner, string peer, Executor executor, JobShare share)
    {
        _owner = owner;
        Peer = peer;
        _delivery = new Delivery(this, executor, share);
        _queue = new WireQueue(() => _other._delivery.Notify());
    }

    public override string Peer { get; }

    public void Bind(InProcessLink other, ILinkHandler? handler)
    {
        _other = other;
        _handler = handler;
    }

    /// <summary>Hands this end, in a turn, to the node that listens: it may be the one that connects.</summary>
    public void Accept(ITransportHost host)
    {
        _host = host;
        _delivery.Notify();
    }

    /// <summary>Tells the opener, in a turn, that there is no other end.</summary>
    public void Refuse(Exception failure)
    {
        Close(failure);
        _delivery.Notify();
    }

    public override void Send(WireMessage message) => _queue.Add(message);

    public override void Drop(uint channel) => _queue.Drop(channel);

    public override void Close(Exception? failure)
    {
        Interlocked.CompareExchange(ref _failure, failure, null);
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            _queue.Close();
            _owner.Forget(this);
            _delivery.Notify();
        }
    }

    /// <summary>Delivers what the other end sent, then its loss.</summary>
    private sealed class Delivery(InProcessLink link, Executor executor, JobShare share)
        : TaskUnit("transport/link", executor, share)
    {
        protected override TurnResult Run(in TurnBudget budget)
        {
            ILinkHandler? handler = link._handler ??= link._host?.Accept(link);
            if (handler is null)
            {
                return TurnResult.Idle;
            }

            do
            {
                if (Volatile.Read(ref link._isClosed) != 0)
                {
                    handler.Lost(link._failure);
                    link._other.Close(
                        link._failure is null ? null : TransportFailure.Lost("a node of this process", link._failure.Message));
                    return TurnResult.Done;
                }

                if (!link._other._queue.TryTake(out WireMessage message))
                {
                    return TurnResult.Idle;
                }

                handler.Received(message);
            }
            while (Executor.Now < budget.Deadline);
            return TurnResult.More;
        }

        protected override void Fail(Exception failure)
        {
            link.Close(failure);
            link._handler?.Lost(failure);
            link._other.Close(failure);
        }
    }
}
