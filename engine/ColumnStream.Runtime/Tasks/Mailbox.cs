using System;
using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Brings messages and completions from other threads into the owner's turns.</summary>
/// <remarks>What is posted while draining runs in the next turn, so that a self-posting loop cannot starve data.</remarks>
public sealed class Mailbox : SynchronizationContext
{
    private readonly TaskUnit _owner;
    private readonly Lock _gate = new();
    private List<Action> _incoming = [];
    private List<Action> _draining = [];
    private volatile bool _any;

    /// <summary>Makes the mailbox of <paramref name="owner"/>.</summary>
    public Mailbox(TaskUnit owner) => _owner = owner;

    /// <summary>Runs <paramref name="message"/> in a turn of the owner; callable from any thread.</summary>
    public void Post(Action message)
    {
        lock (_gate)
        {
            _incoming.Add(message);
            _any = true;
        }

        _owner.Notify();
    }

    /// <inheritdoc/>
    public override void Post(SendOrPostCallback d, object? state) => Post(() => d(state));

    /// <inheritdoc/>
    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A mailbox never blocks its sender.");

    /// <summary>Runs what was posted before; called by the owner at the start of a turn. Returns whether anything ran.</summary>
    internal bool Drain()
    {
        if (!_any)
        {
            return false;
        }

        lock (_gate)
        {
            (_incoming, _draining) = (_draining, _incoming);
            _any = false;
        }

        try
        {
            foreach (Action message in _draining)
            {
                message();
            }
        }
        finally
        {
            _draining.Clear();
        }

        return true;
    }
}
