using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Testing.Sabotage;

/// <summary>The state is frozen some turns behind the barrier.</summary>
internal sealed class FrozenLate : PlantedBug
{
    public override string Name => "frozen late";

    public override string What => "no images are kept of rows that change behind the barrier: a snapshot holds what came later";

    public override JobGraph Change(JobGraph graph) => StateDecorator.Into(graph, state => new State(state));

    private sealed class State(OperatorState inner) : StateDecorator(inner)
    {
        private int _turns;
        private bool _full;

        public override void BeginSnapshot(bool full)
        {
            _turns = 3;
            _full = full;
        }

        public override bool Gather(int maxRows, Action<RecordBatch> write)
        {
            if (_turns > 1)
            {
                _turns--;
                return true;
            }

            if (_turns == 1)
            {
                _turns = 0;
                base.BeginSnapshot(_full);
            }

            return base.Gather(maxRows, write);
        }

        public override void AbortSnapshot()
        {
            if (_turns == 0)
            {
                base.AbortSnapshot();
            }
        }
    }
}

/// <summary>A restore leaves out one state of an operator with several.</summary>
internal sealed class StateNotRestored : PlantedBug
{
    public override string Name => "state not restored";

    public override string What => "a restore forgets the last state of each operator: timers, progress, or what it has";

    public override JobGraph Change(JobGraph graph) => StateDecorator.Into(graph, null, states =>
        [.. states.Take(states.Count - 1), .. states.Skip(states.Count - 1).Select(s => new State(s))]);

    private sealed class State(OperatorState inner) : StateDecorator(inner)
    {
        public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
        {
        }
    }
}

/// <summary>Changes are written as if every snapshot had come to something: what a failed one held is in none.</summary>
internal sealed class LostChangesForgotten : PlantedBug
{
    public override string Name => "lost changes forgotten";

    public override string What => "a snapshot after a failed one holds only what changed since the failed one";

    public override JobGraph Change(JobGraph graph) => StateDecorator.Into(graph, state => new State(state));

    private sealed class State(OperatorState inner) : StateDecorator(inner)
    {
        private bool _began;

        public override void BeginSnapshot(bool full)
        {
            base.BeginSnapshot(full && !_began);
            _began = true;
        }
    }
}

/// <summary>A restore at another parallelism reads only the files of the subtask in the same place.</summary>
internal sealed class KeysLeftBehind : PlantedBug
{
    public override string Name => "keys left behind";

    public override string What => "a restored subtask drops the upper half of its key groups";

    public override JobGraph Change(JobGraph graph) => StateDecorator.Into(graph, state => new State(state));

    private sealed class State(OperatorState inner) : StateDecorator(inner)
    {
        public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups) =>
            base.Restore(snapshots, new KeyGroupRange(keyGroups.First, (keyGroups.First + keyGroups.End) / 2));
    }
}

/// <summary>Passes everything on to another state; bugs override what they spoil.</summary>
internal abstract class StateDecorator(OperatorState inner) : OperatorState
{
    public override string Name => inner.Name;

    public override long RowCount => inner.RowCount;

    public override long Bytes => inner.Bytes;

    public override bool MustBeFull => inner.MustBeFull;

    public override bool FollowsSplits => inner.FollowsSplits;

    public override void BeginSnapshot(bool full) => inner.BeginSnapshot(full);

    public override bool Gather(int maxRows, Action<RecordBatch> write) => inner.Gather(maxRows, write);

    public override void AbortSnapshot() => inner.AbortSnapshot();

    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups) => inner.Restore(snapshots, keyGroups);

    /// <summary>Spoils the states of all operators of a plan.</summary>
    public static JobGraph Into(
        JobGraph graph, Func<OperatorState, OperatorState>? each, Func<IReadOnlyList<OperatorState>, IReadOnlyList<OperatorState>>? all = null) =>
        graph with
        {
            Plan = new PhysicalPlan(ValueList.From(graph.Plan.Nodes.Select(node => node is SourceNode or SinkNode or ExchangeNode or ValuesNode
                ? node
                : SabotagedNode.Of(node) with { States = all ?? (states => [.. states.Select(each!)]) }))),
        };
}
