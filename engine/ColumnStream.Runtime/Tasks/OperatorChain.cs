using System;
using System.Collections.Generic;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Runs the nodes of a fragment by direct call, inputs first, and knows what output is pending.</summary>
internal sealed class OperatorChain(Executor executor)
{
    /// <summary>One element in this many is measured node by node.</summary>
    public const int SampleEvery = 16;

    private const int SlicesOfLimit = 32;
    private const int LeastSliceRows = 8;
    private const int JudgedShift = 3;
    private readonly List<ChainNode> _nodes = [];
    private StateSpill? _spill;
    private long _judgedBytes;
    private long _judgedRows;
    private long _bytesPerRow;
    private int _samples;
    private volatile bool _isStopped;

    public IReadOnlyList<ChainNode> Nodes => _nodes;

    /// <summary>Gets or sets whether some node may have pending output: nothing new may enter.</summary>
    public bool Pending { get; set; }

    /// <summary>Gets or sets whether the task is over: what is pending is not worked off any more.</summary>
    public bool IsStopped
    {
        get => _isStopped;
        set => _isStopped = value;
    }

    /// <summary>Gets whether this element is measured.</summary>
    public bool Sampling { get; private set; }

    /// <summary>Gets or sets the measured nanoseconds of the nodes called from the current one.</summary>
    public long InnerNs { get; set; }

    public long Now => executor.Now;

    /// <summary>Gets the earliest time at which an operator wants to be called.</summary>
    public long NextTimerMs { get; private set; } = long.MaxValue;

    /// <summary>Gets whether some operator keeps addresses of state rows until it goes on.</summary>
    public bool HoldsRows
    {
        get
        {
            foreach (ChainNode node in _nodes)
            {
                if (node.HoldsRows)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Gets or sets what takes state to disk, or null.</summary>
    public StateSpill? Spill
    {
        get => _spill;
        set
        {
            _spill = value;
            if (value is not null)
            {
                value.MayTrimInCall = () => Depth <= 1 && !HoldsRows;
            }
        }
    }

    /// <summary>Gets or sets what is told of an operator that needs no more rows.</summary>
    public Action<PhysicalNode> OnSatisfied { get; set; } = static _ => { };

    /// <summary>Gets or sets how many operators with state are in a call: they may hold addresses of rows.</summary>
    public int Depth { get; set; }

    /// <summary>Gets how many rows an operator with state takes at once: fewer while state is on disk.</summary>
    public int SliceRows { get; private set; } = int.MaxValue;

    public void Add(ChainNode node) => _nodes.Add(node);

    /// <summary>Fits the next slice to what the rows of the last ones brought back from disk.</summary>
    /// <param name="rows">How many rows come now.</param>
    public void Judge(int rows)
    {
        if (Spill is not { WrittenBytes: > 0 })
        {
            return;
        }

        long read = Spill.ReadBytes;
        long bytesPerRow = (read - _judgedBytes) / Math.Max(1, _judgedRows);
        _bytesPerRow = Math.Max(bytesPerRow, _bytesPerRow - (_bytesPerRow >> JudgedShift));
        _judgedBytes = read;
        _judgedRows = rows;
        SliceRows = (int)Math.Clamp(Spill.LimitBytes / SlicesOfLimit / Math.Max(1, _bytesPerRow), LeastSliceRows, Spill.ChunkRows);
    }

    /// <summary>Moves state to disk where memory is short and no operator but <paramref name="callers"/> may hold addresses.</summary>
    public void Trim(int callers)
    {
        if (Spill is not null && Depth <= callers && !HoldsRows)
        {
            Spill.Trim();
        }
    }

    /// <summary>Begins an element: decides whether it is measured.</summary>
    public void BeginElement()
    {
        Sampling = ++_samples % SampleEvery == 0;
        InnerNs = 0;
    }

    /// <summary>Gets whether <see cref="Continue"/> has something to do; otherwise an answer from outside is awaited.</summary>
    public bool CanContinue => Next() is not { IsBlocked: true };

    /// <summary>Gets whether a sink that takes no more holds everything up.</summary>
    public bool IsHeldBySink => Next() is { IsBlocked: true, Sink: not null };

    /// <summary>Does one step of pending output, the furthest downstream first; nothing above a node that is blocked.</summary>
    public void Continue()
    {
        ChainNode? next = Next();
        if (next is null)
        {
            Pending = false;
        }
        else if (!next.IsBlocked)
        {
            next.Continue();
        }
    }

    /// <summary>Begins to work on rows that wait in the first node that has some; returns whether one has, whose output is pending then.</summary>
    public bool Flush()
    {
        foreach (ChainNode node in _nodes)
        {
            if (node.IsWaiting)
            {
                node.Flush();
                return true;
            }
        }

        return false;
    }

    /// <summary>Does the same where rows have waited long enough.</summary>
    public bool FlushDue(bool isIdle)
    {
        foreach (ChainNode node in _nodes)
        {
            if (node.WantsFlush(isIdle))
            {
                node.Flush();
                return true;
            }
        }

        return false;
    }

    public void SetTimer(ChainNode node, long atMs)
    {
        node.TimerMs = atMs;
        NextTimerMs = Math.Min(NextTimerMs, atMs);
    }

    /// <summary>Calls the operators whose time has come.</summary>
    public void FireTimers(long clockMs)
    {
        NextTimerMs = long.MaxValue;
        foreach (ChainNode node in _nodes)
        {
            if (node.TimerMs > clockMs)
            {
                continue;
            }

            if (node.IsFinished && !node.IsAwaiting)
            {
                // It asked for the time before it ended; kept, it would wake the task for ever.
                node.TimerMs = long.MaxValue;
            }
            else
            {
                node.OnTimer(clockMs);
            }
        }

        foreach (ChainNode node in _nodes)
        {
            NextTimerMs = Math.Min(NextTimerMs, node.TimerMs);
        }
    }

    public void Dispose()
    {
        foreach (ChainNode node in _nodes)
        {
            node.Dispose();
        }
    }

    private ChainNode? Next()
    {
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            if (_nodes[i].CanContinue || _nodes[i].IsBlocked)
            {
                return _nodes[i];
            }
        }

        return null;
    }
}
