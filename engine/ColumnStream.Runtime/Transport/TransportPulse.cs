using System;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Transport;

/// <summary>Looks after the links of a node now and then.</summary>
internal sealed class TransportPulse(TransportNode node, Executor executor) : TaskUnit("transport/pulse", executor, new JobShare())
{
    private readonly long _intervalNs = Math.Max(1, (long)node.Options.Heartbeat.TotalNanoseconds);
    private long _nextNs;

    protected override TurnResult Run(in TurnBudget budget)
    {
        if (node.IsDisposed)
        {
            return TurnResult.Done;
        }

        long now = Executor.Now;
        if (now >= _nextNs)
        {
            _nextNs = now + _intervalNs;
            if (!node.Beat(now))
            {
                // Nobody is there; the next link wakes this unit.
                _nextNs = 0;
                return TurnResult.Idle;
            }
        }

        Executor.WakeAt(this, _nextNs);
        return TurnResult.Idle;
    }

    protected override void Fail(Exception failure) => node.FailAll(failure);
}
