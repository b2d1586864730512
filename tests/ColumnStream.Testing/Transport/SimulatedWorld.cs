using System;
using ColumnStream.Runtime.Tasks;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Transport;

/// <summary>Is nodes under virtual time on the test's own thread: one seed, one history.</summary>
public sealed class SimulatedWorld : TransportWorld
{
    private const int MostTurns = 3_000_000;
    private const int MostIdle = 1000;
    private readonly SimExecutor _executor;

    public SimulatedWorld(int seed, WireFaults? faults = null)
    {
        _executor = new SimExecutor(seed);
        Network = new SimulatedTransport(_executor, seed, Memory, faults);
    }

    public SimulatedTransport Network { get; }

    public SimExecutor Simulation => _executor;

    public override Executor Executor => _executor;

    public override bool HasThreads => false;

    public override ITransport TransportOf(int node) => Network;

    public override TransportEndpoint DeadEndpoint() => new("nobody");

    public override TransportEndpoint FreeEndpoint() => new("");

    public override void Until(Func<bool> condition, string what)
    {
        int idle = 0;
        for (int turns = 0; !condition(); turns++)
        {
            // What the condition does may be all that is left to be done.
            idle = _executor.Step() ? 0 : idle + 1;
            if (idle > MostIdle || turns > MostTurns)
            {
                throw new TimeoutException($"It does not come to pass that {what}.");
            }
        }
    }

    protected override void Close() => Wait(Network.DisposeAsync().AsTask());
}
