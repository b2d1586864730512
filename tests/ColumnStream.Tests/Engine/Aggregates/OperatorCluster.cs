using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Testing.Contracts;
using ColumnStream.Testing.Reference;
using Xunit;

namespace ColumnStream.Tests.Engine.Aggregates;

/// <summary>Runs one keyed operator as several subtasks, checkpoints and restores it, and keeps the materialised output.</summary>
internal sealed unsafe class OperatorCluster(
    PhysicalNode node,
    Schema input,
    int[] keys,
    BufferAllocator allocator,
    StatePool pages,
    bool isBatch = false,
    Schema? second = null,
    int[]? secondKeys = null) : IDisposable
{
    private const int KeyGroups = 16;
    private static readonly string[] Letters = ["+I", "-U", "+U", "-D"];
    private readonly List<Operator> _subtasks = [];
    private readonly List<List<List<List<RecordBatch>>>> _chain = [];

    private readonly Dictionary<string, string> _rowOfKey = [];
    private readonly List<long> _wakeAtMs = [];
    private readonly HashSet<OperatorState> _broken = [];

    public Dictionary<string, int> Output { get; } = [];

    /// <summary>Is told of every row that comes out, with +1 or -1.</summary>
    public Action<string, int>? Observe { get; set; }

    /// <summary>Gets or sets the rows that stand, with those of each key under an upsert changelog.</summary>
    public (Dictionary<string, int> Output, Dictionary<string, string> Keys) Standing
    {
        get => (new(Output), new(_rowOfKey));
        set
        {
            Output.Clear();
            _rowOfKey.Clear();
            foreach ((string row, int count) in value.Output)
            {
                Output.Add(row, count);
            }

            foreach ((string key, string row) in value.Keys)
            {
                _rowOfKey.Add(key, row);
            }
        }
    }

    public long LateRows { get; set; }

    /// <summary>Gets what moves state to disk between two steps, or null.</summary>
    public StateSpill? Spill { get; init; }

    /// <summary>Gets the clock of the operators.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Gets what was emitted, as "+I (values)", in order.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Gets the rows that all states hold.</summary>
    public long StateRows => _subtasks.Sum(s => s.States.Sum(state => state.RowCount));

    public long Watermark { get; private set; } = long.MinValue;

    /// <summary>Gets the least watermark that the subtasks passed on.</summary>
    public long OutputWatermark { get; private set; } = long.MinValue;

    /// <summary>Gets the rows in all tables, progress not counted.</summary>
    public long TableRows => _subtasks.Sum(s => s.States.Where(state => state is not ProgressState).Sum(state => state.RowCount));

    public void Start(int parallelism)
    {
        _subtasks.ForEach(s => s.Dispose());
        _subtasks.Clear();
        _wakeAtMs.Clear();
        for (int i = 0; i < parallelism; i++)
        {
            int subtaskIndex = i;
            _wakeAtMs.Add(long.MaxValue);
            Operator subtask = OperatorFactory.Create(node)!;
            subtask.Open(new OperatorContext(
                allocator, pages, new EvaluatorOptions(Time, new Random(1)), second is null ? [input] : [input, second], i, parallelism, KeyGroups, isBatch)
            {
                Count = (name, n) => LateRows += name == "lateRows" ? n : 0,
                ClockMs = StampMs,
                WakeAtMs = at => _wakeAtMs[subtaskIndex] = at,
            });
            _subtasks.Add(subtask);
        }
    }

    public void Process(IReadOnlyList<object?[]> rows, IReadOnlyList<RowKind>? kinds, Random random, int side = 0)
    {
        RecordBatch all = BoxedRows.ToBatch(side == 0 ? input : second!, rows, allocator);
        try
        {
            ulong[] hashes = new ulong[rows.Count];
            KeyHash.Hash(all, side == 0 ? keys : secondKeys!, hashes);
            for (int s = 0; s < _subtasks.Count; s++)
            {
                int[] mine = Enumerable.Range(0, rows.Count)
                    .Where(i => KeyGroupRange.Owner(KeyHash.KeyGroup(hashes[i], KeyGroups), _subtasks.Count, KeyGroups) == s)
                    .ToArray();
                Send(s, side, all, mine, kinds, random);
            }
        }
        finally
        {
            all.Release();
        }
    }

    public void Advance(long watermarkMs)
    {
        Watermark = watermarkMs;
        long passed = long.MaxValue;
        foreach (Operator subtask in _subtasks)
        {
            passed = Math.Min(passed, subtask.Advance(watermarkMs, new Sink(this)));
            Drain(subtask);
        }

        OutputWatermark = passed;
    }

    public void Wake(long clockMs)
    {
        foreach (Operator subtask in _subtasks)
        {
            subtask.OnTimer(clockMs, new Sink(this));
            Drain(subtask);
        }
    }

    /// <summary>Wakes the subtasks that asked to be woken by now.</summary>
    public void WakeDue()
    {
        long now = StampMs();
        for (int i = 0; i < _subtasks.Count; i++)
        {
            while (_wakeAtMs[i] <= now)
            {
                _wakeAtMs[i] = long.MaxValue;
                _subtasks[i].OnTimer(now, new Sink(this));
                Drain(_subtasks[i]);
            }
        }
    }

    public void EndInput(int input) => _subtasks.ForEach(s => s.EndInput(input));

    /// <summary>Lets time pass on a clock that can be moved: subtasks are woken when they asked for it, one time after the other.</summary>
    public void Elapse(long ms)
    {
        var clock = (ManualClock)Time;
        long end = StampMs() + ms;
        for (long next = _wakeAtMs.Min(); next <= end; next = _wakeAtMs.Min())
        {
            clock.Advance(TimeSpan.FromMilliseconds(Math.Max(0, next - StampMs())));
            WakeDue();
        }

        clock.Advance(TimeSpan.FromMilliseconds(end - StampMs()));
    }

    public void Finish()
    {
        foreach (Operator subtask in _subtasks)
        {
            subtask.Finish(new Sink(this));
            Drain(subtask);
        }
    }

    /// <summary>Takes a checkpoint while <paramref name="between"/> keeps the operators busy.</summary>
    public void Checkpoint(bool full, Action between)
    {
        full |= _chain.Count == 0;
        var files = new List<List<List<RecordBatch>>>();
        for (int s = 0; s < _subtasks.Count; s++)
        {
            files.Add([.. _subtasks[s].States.Select(_ => new List<RecordBatch>())]);
            for (int i = 0; i < _subtasks[s].States.Count; i++)
            {
                OperatorState state = _subtasks[s].States[i];
                bool isWhole = full || NeedsFull(state);
                state.BeginSnapshot(isWhole);
                if (isWhole)
                {
                    Forget(_chain.Select(epoch => epoch[s][i]));
                }
            }
        }

        int turns = 0;
        for (int s = 0; s < _subtasks.Count; s++)
        {
            for (int i = 0; i < _subtasks[s].States.Count; i++)
            {
                List<RecordBatch> file = files[s][i];
                while (_subtasks[s].States[i].Gather(30, batch => file.Add(batch.Retain())))
                {
                    Spill?.Trim();
                    if (turns++ < 3)
                    {
                        between();
                    }
                }
            }
        }

        _chain.Add(files);
        _broken.Clear();
    }

    /// <summary>
    /// Begins a checkpoint that is given up in the middle, as one is that takes too long: states that were gathered to their ends must be
    /// written whole the next time, all others know by themselves what is in no file.
    /// </summary>
    public void GiveUp(Random random)
    {
        foreach (OperatorState state in _subtasks.SelectMany(static s => s.States))
        {
            state.BeginSnapshot(_chain.Count == 0 || NeedsFull(state));
        }

        foreach (Operator subtask in _subtasks)
        {
            int at = 0;
            for (int turns = random.Next(8); turns > 0 && at < subtask.States.Count; turns--)
            {
                if (!subtask.States[at].Gather(30, static _ => { }))
                {
                    _broken.Add(subtask.States[at++]);
                }
            }

            for (; at < subtask.States.Count; at++)
            {
                subtask.States[at].AbortSnapshot();
            }
        }
    }

    public void Restore(int parallelism)
    {
        int former = _subtasks.Count;
        Start(parallelism);
        for (int s = 0; s < parallelism; s++)
        {
            KeyGroupRange range = KeyGroupRange.Of(s, parallelism, KeyGroups);
            for (int i = 0; i < _subtasks[s].States.Count; i++)
            {
                for (int old = 0; old < former; old++)
                {
                    KeyGroupRange other = KeyGroupRange.Of(old, former, KeyGroups);
                    if (other.First < range.End && range.First < other.End)
                    {
                        var files = _chain.SelectMany(epoch => epoch[old][i]).ToList();
                        _subtasks[s].States[i].Restore(new Files(files), range);
                    }
                }
            }
        }

        if (parallelism != former)
        {
            ForgetChain();
        }
    }

    /// <summary>
    /// Takes a checkpoint while <paramref name="between"/> keeps the operators busy; every second time it is restored, at some
    /// parallelism, with the output of then. Returns whether it was.
    /// </summary>
    public bool Interrupt(Random random, int fullOdds, int mostSubtasks, Action between)
    {
        if (random.Next(2) == 0)
        {
            GiveUp(random);
        }

        var standing = Standing;
        Checkpoint(random.Next(fullOdds) == 0, between);
        if (random.Next(2) != 0)
        {
            return false;
        }

        Restore(1 + random.Next(mostSubtasks));
        Standing = standing;
        return true;
    }

    public void Dispose()
    {
        _subtasks.ForEach(s => s.Dispose());
        ForgetChain();
    }

    private bool NeedsFull(OperatorState state) => state.MustBeFull || _broken.Contains(state);

    private void ForgetChain()
    {
        Forget(_chain.SelectMany(epoch => epoch).SelectMany(subtask => subtask));
        _chain.Clear();
        _broken.Clear();
    }

    private static void Forget(IEnumerable<List<RecordBatch>> files)
    {
        foreach (List<RecordBatch> file in files)
        {
            file.ForEach(static batch => batch.Release());
            file.Clear();
        }
    }

    private void Send(int subtask, int side, RecordBatch all, int[] mine, IReadOnlyList<RowKind>? kinds, Random random)
    {
        if (mine.Length == 0)
        {
            return;
        }

        StreamBatch batch;
        NativeBuffer? native = null;
        if (random.Next(2) == 0)
        {
            if (kinds is not null)
            {
                native = allocator.Allocate(all.Length);
                for (int i = 0; i < all.Length; i++)
                {
                    native.Pointer[i] = (byte)kinds[i];
                }
            }

            var selection = new Selection(mine.Length, allocator) { Count = mine.Length };
            mine.CopyTo(new Span<int>(selection.Pointer, mine.Length));
            batch = new StreamBatch(all.Retain(), native, selection);
        }
        else
        {
            if (kinds is not null)
            {
                native = allocator.Allocate(mine.Length);
                for (int i = 0; i < mine.Length; i++)
                {
                    native.Pointer[i] = (byte)kinds[mine[i]];
                }
            }

            batch = new StreamBatch(TakeKernel.Take(all, mine, allocator), native);
        }

        _subtasks[subtask].Process(side, batch, new Sink(this));
        Drain(_subtasks[subtask]);
    }

    private long StampMs() => Time.GetTimestamp() / Math.Max(1, Time.TimestampFrequency / 1000);

    private void Drain(Operator subtask)
    {
        while (subtask.HasMore)
        {
            if (!subtask.HoldsRows)
            {
                Spill?.Trim();
            }

            subtask.Continue(new Sink(this));
        }

        Spill?.Trim();
    }

    private sealed class Sink(OperatorCluster cluster) : Collector
    {
        public override void Emit(StreamBatch batch)
        {
            batch = batch.Compact(cluster.Allocator);
            Assert.InRange(batch.Count, 1, 4096);
            Assert.Equal(cluster.OutputSchema, batch.Rows.Schema);
            for (int n = 0; n < batch.Count; n++)
            {
                int i = batch.Selection is null ? n : batch.Selection.Pointer[n];
                object?[] values = BoxedRows.Read(batch.Rows, i);
                string row = BoxedRows.Print(values);
                RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[i];
                if (cluster.IsUpsert)
                {
                    cluster.Upsert(BoxedRows.Print([.. cluster.UpsertKey.Select(k => values[k])]), row, kind);
                }

                cluster.Log.Add($"{Letters[(int)kind]} {row}");
                int sign = kind is RowKind.Insert or RowKind.UpdateAfter ? 1 : -1;
                cluster.Observe?.Invoke(row, sign);
                int count = cluster.Output.GetValueOrDefault(row) + sign;
                if (count == 0)
                {
                    cluster.Output.Remove(row);
                }
                else
                {
                    cluster.Output[row] = count;
                }
            }

            batch.Release();
        }
    }

    private BufferAllocator Allocator => allocator;

    private Schema OutputSchema { get; } = node.OutputSchema();

    // What was forgotten comes as an insert once more.
    private bool IsUpsert { get; } = node.Changelog == ChangelogMode.Upsert && (node.UpsertKey.Count > 0 || node is RankNode)
        && node is not RankNode { StateTtlMs: > 0 };

    private ValueList<int> UpsertKey { get; } = node.UpsertKey;

    /// <summary>Takes the row that a key had out of the output; a kind that does not fit it fails.</summary>
    private void Upsert(string key, string row, RowKind kind)
    {
        Assert.NotEqual(RowKind.UpdateBefore, kind);
        bool stood = _rowOfKey.Remove(key, out string? old);
        Assert.Equal(kind != RowKind.Insert, stood);
        if (kind == RowKind.UpdateAfter)
        {
            Output[old!]--;
            if (Output[old!] == 0)
            {
                Output.Remove(old!);
            }
        }

        if (kind != RowKind.Delete)
        {
            _rowOfKey.Add(key, row);
        }
        else
        {
            Assert.Equal(old, row);
        }
    }

    private sealed class Files(List<RecordBatch> batches) : StateSnapshotReader
    {
        public override IEnumerable<RecordBatch> ReadBatches() => batches.Select(batch => batch.Retain());
    }
}
