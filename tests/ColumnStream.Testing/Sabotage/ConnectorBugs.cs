using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sinks;
using ColumnStream.Engine.Sources;
using ColumnStream.Testing.Jobs;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Is a bug of readers or of sinks: it stands before each of them.</summary>
internal abstract class ConnectorBug(
    string name, string what, Func<SourceReader, SourceReader>? readers = null,
    Func<TwoPhaseCommittingSink, MemoryLedger, TwoPhaseCommittingSink>? sinks = null) : PlantedBug
{
    public override string Name => name;

    public override string What => what;

    public override Connector Change(Connector connector, MemoryLedger ledger) =>
        new ConnectorDecorator(connector, readers, sinks is null ? null : sink => sinks(sink, ledger));
}

/// <summary>Shows what it commits once more: all of it, or only what another process prepared.</summary>
internal sealed class RepeatingSink(TwoPhaseCommittingSink inner, MemoryLedger ledger, bool isOwnRepeated) : SinkDecorator(inner)
{
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);

    public override IReadOnlyList<string> Prepare(long epoch)
    {
        IReadOnlyList<string> prepared = base.Prepare(epoch);
        _own.UnionWith(prepared);
        return prepared;
    }

    public override void Commit(long epoch, IReadOnlyList<string> committables)
    {
        foreach (string name in committables.Where(name => isOwnRepeated || !_own.Contains(name)))
        {
            ledger.Repeat(name);
        }

        base.Commit(epoch, committables);
    }
}

/// <summary>The reader reads ahead, and its position is where it has read, not what it has given.</summary>
internal sealed class OffsetMovedEarly() : ConnectorBug(
    "offset moved early",
    "a reader's snapshot counts a batch that it has read and not given yet",
    readers: reader => new Reader(reader))
{
    private sealed class Reader(SourceReader inner) : ReaderDecorator(inner)
    {
        private readonly Queue<StreamBatch> _ahead = new();
        private bool _ended;

        public override SourcePoll Poll(out StreamBatch? batch)
        {
            while (!_ended && _ahead.Count < 2)
            {
                SourcePoll found = base.Poll(out StreamBatch? next);
                if (found == SourcePoll.Batch)
                {
                    _ahead.Enqueue(next!);
                    continue;
                }

                _ended = found == SourcePoll.End;
                if (!_ended && _ahead.Count == 0)
                {
                    batch = null;
                    return SourcePoll.Idle;
                }

                break;
            }

            return _ahead.TryDequeue(out batch) ? SourcePoll.Batch : SourcePoll.End;
        }

        protected override void Dispose(bool disposing)
        {
            foreach (StreamBatch batch in _ahead)
            {
                batch.Release();
            }

            base.Dispose(disposing);
        }
    }
}

/// <summary>The snapshot of a reader is that of the barrier before.</summary>
internal sealed class OffsetMovedLate() : ConnectorBug(
    "offset moved late",
    "a reader's snapshot leaves out the batch that it gave last",
    readers: reader => new Reader(reader))
{
    private sealed class Reader(SourceReader inner) : ReaderDecorator(inner)
    {
        private ValueList<SplitState>? _before;

        public override SourcePoll Poll(out StreamBatch? batch)
        {
            ValueList<SplitState> before = base.Snapshot();
            SourcePoll found = base.Poll(out batch);
            _before = found == SourcePoll.Batch ? before : _before;
            return found;
        }

        public override ValueList<SplitState> Snapshot() => _before ?? base.Snapshot();
    }
}

/// <summary>A restored reader rewinds its first split only.</summary>
internal sealed class SplitNotRewound() : ConnectorBug(
    "split not rewound",
    "a reader takes up the position of the first split of a checkpoint and begins the others anew",
    readers: reader => new Reader(reader))
{
    private sealed class Reader(SourceReader inner) : ReaderDecorator(inner)
    {
        public override void Restore(IReadOnlyList<SplitState> splits) => base.Restore([.. splits.Take(1)]);
    }
}

/// <summary>The sink commits what it prepared for this epoch, and forgets what failed epochs left behind.</summary>
internal sealed class FailedEpochForgotten() : ConnectorBug(
    "failed epoch forgotten",
    "parts prepared for an epoch that failed do not ride with the next one",
    sinks: (sink, _) => new Sink(sink))
{
    private sealed class Sink(TwoPhaseCommittingSink inner) : SinkDecorator(inner)
    {
        private readonly Dictionary<string, long> _epochs = new(StringComparer.Ordinal);

        public override IReadOnlyList<string> Prepare(long epoch)
        {
            IReadOnlyList<string> prepared = base.Prepare(epoch);
            foreach (string name in prepared)
            {
                _epochs[name] = epoch;
            }

            return prepared;
        }

        public override void Commit(long epoch, IReadOnlyList<string> committables) =>
            base.Commit(epoch, [.. committables.Where(name => _epochs.GetValueOrDefault(name, epoch) == epoch)]);
    }
}

/// <summary>What a checkpoint names is written once more behind a restore, under names of the new process.</summary>
internal sealed class NewIdsOnRestore() : ConnectorBug(
    "new ids on restore",
    "the commit behind a restore makes new transactions instead of repeating those of the checkpoint",
    sinks: (sink, ledger) => new RepeatingSink(sink, ledger, isOwnRepeated: false));

/// <summary>A commit that was done already is done again.</summary>
internal sealed class CommitNotIdempotent() : ConnectorBug(
    "commit not idempotent",
    "a commit repeated behind an error shows the parts that it had shown before the error once more",
    sinks: (sink, ledger) => new RepeatingSink(sink, ledger, isOwnRepeated: true));

/// <summary>Nobody asks what became of a write in the background.</summary>
internal sealed class ErrorSwallowed() : ConnectorBug(
    "error swallowed",
    "the barrier does not ask what became of writes in the background; their rows are gone",
    sinks: (sink, _) => new Sink(sink))
{
    private sealed class Sink(TwoPhaseCommittingSink inner) : SinkDecorator(inner)
    {
        public override IReadOnlyList<string> Prepare(long epoch)
        {
            try
            {
                return base.Prepare(epoch);
            }
            catch (ExternalException)
            {
                return base.Prepare(epoch);
            }
        }
    }
}

/// <summary>The parts of an epoch that brought few rows are not named in the checkpoint.</summary>
internal sealed class SmallEpochNotNamed() : ConnectorBug(
    "small epoch not named",
    "a part is left out of the checkpoint, as one of an epoch taken for empty, and committed all the same",
    sinks: (sink, _) => new Sink(sink))
{
    private sealed class Sink(TwoPhaseCommittingSink inner) : SinkDecorator(inner)
    {
        private readonly List<string> _unnamed = [];

        public override IReadOnlyList<string> Prepare(long epoch)
        {
            IReadOnlyList<string> prepared = base.Prepare(epoch);
            if (epoch % 3 != 0)
            {
                return prepared;
            }

            _unnamed.AddRange(prepared);
            return [.. prepared.Take(0)];
        }

        public override void Commit(long epoch, IReadOnlyList<string> committables)
        {
            base.Commit(epoch, [.. committables, .. _unnamed]);
            _unnamed.Clear();
        }
    }
}
