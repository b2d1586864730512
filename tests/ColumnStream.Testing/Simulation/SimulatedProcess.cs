using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Sabotage;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is one process: its executor, its memory, its job.</summary>
internal sealed class SimulatedProcess : IFailPoints
{
    private readonly Action<SimulatedProcess, string, int> _hit;
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _memory;
    private readonly StatePool _pages = new();
    private readonly List<TransportNode> _nodes = [];
    private ITransport? _transport;
    private List<SimulatedTransport>? _networks;
    private bool _isDropped;

    public SimulatedProcess(int seed, long startNs, bool beganQuiet, Action<SimulatedProcess, string, int> hit)
    {
        _hit = hit;
        _memory = new BufferAllocator("sim", _pool);
        BeganQuiet = beganQuiet;
        Luck = new Random(seed);
        Executor = new SimExecutor(Luck.Next(), startNs);
    }

    public SimExecutor Executor { get; }

    public Random Luck { get; }

    public RunningJob? Job { get; private set; }

    /// <summary>Gets what its exchanges lead over, or null.</summary>
    public SimulatedTransport? Network { get; private set; }

    /// <summary>Gets or sets the number of its newest attempt.</summary>
    public long Generation { get; set; }

    /// <summary>Gets or sets how many restarts were judged.</summary>
    public int JudgedRestarts { get; set; }

    public bool IsDead { get; set; }

    public bool BeganQuiet { get; }

    public long Turns => Executor.Turns;

    public long LastTurn { get; set; } = long.MaxValue;

    public bool IsRunning => !IsDead && !Job!.HasEnded;

    public void Start(ConnectorRegistry connectors, JobGraph graph, JobOptions options) =>
        Job = new JobRunner(Executor, Executor, connectors, _memory, _pages, this).Start(graph, options);

    /// <summary>Leads exchanges over a network: subtasks are spread over some nodes.</summary>
    /// <param name="faults">What goes wrong there.</param>
    /// <param name="bug">Spoils it, or null.</param>
    /// <param name="networks">Those of all processes that are left; connections may stray between them.</param>
    public ExchangeRoute Connect(WireFaults faults, PlantedBug? bug, List<SimulatedTransport> networks)
    {
        _networks = networks;
        Network = new SimulatedTransport(Executor, Luck.Next(), _memory, faults, networks);
        networks.Add(Network);
        _transport = bug?.Change(Network) ?? Network;
        var routes = new List<ExchangeRoute>();
        for (int i = Luck.Next(1, 4); i > 0; i--)
        {
            var node = new TransportNode(_transport, Executor);
            _nodes.Add(node);
            routes.Add(new ExchangeRoute(node, Ended(node.ListenAsync(new TransportEndpoint("")))));
        }

        return routes[0] with { Others = routes.GetRange(1, routes.Count - 1) };
    }

    public void Hit(string name) => _hit(this, name, name switch
    {
        FailPoint.AfterPrepare => 150,
        FailPoint.AfterFloor or FailPoint.MidCleanup or FailPoint.AfterTerminal => 6,
        _ => 30,
    });

    /// <summary>Ends it where it stands; one that came to its end must have returned its memory.</summary>
    public void Drop()
    {
        if (_isDropped)
        {
            return;
        }

        _isDropped = true;
        foreach (TransportNode node in _nodes)
        {
            Ended(node.DisposeAsync());
        }

        if (_transport is not null)
        {
            _networks!.Remove(Network!);
            Ended(_transport.DisposeAsync());
        }

        if (!IsDead && Job?.Status is JobStatus.Finished)
        {
            _memory.Dispose();
        }

        _pages.Abandon();
        _pool.Dispose();
    }

    /// <summary>Takes what a call gives that has nothing to wait for.</summary>
    private static T Ended<T>(ValueTask<T> value) =>
        value.IsCompleted ? value.GetAwaiter().GetResult() : throw new InvalidOperationException("A call of the simulation waits.");

    private static void Ended(ValueTask value)
    {
        if (!value.IsCompleted)
        {
            throw new InvalidOperationException("A call of the simulation waits.");
        }

        value.GetAwaiter().GetResult();
    }
}
