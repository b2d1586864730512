using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Jobs;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is one process: its executor, its memory, its job.</summary>
internal sealed class SimulatedProcess : IFailPoints
{
    private readonly Action<SimulatedProcess, string, int> _hit;
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _memory;
    private readonly StatePool _pages = new();
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
        if (!IsDead && Job?.Status is JobStatus.Finished)
        {
            _memory.Dispose();
        }

        _pages.Abandon();
        _pool.Dispose();
    }
}
