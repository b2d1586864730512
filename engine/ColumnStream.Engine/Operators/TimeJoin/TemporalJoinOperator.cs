using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps left rows until the watermark reaches them, so that their version is known, and versions until a later one is valid for all.</summary>
/// <remarks>
/// Versions of a key stand in the order of their times; a second one of the same time replaces the first. A delete is a version that
/// says that there is none. −U say nothing: the +U that follows does. A left row behind the watermark is answered at
/// the next watermark, by what is still kept.
/// </remarks>
internal sealed unsafe class TemporalJoinOperator(TemporalJoinNode node) : Operator
{
    /// <summary>How often in its time to live a version that is asked for is touched, so that not every row changes one.</summary>
    private const int TouchesATtl = 8;

    private static readonly ValueList<StateCell> LeftCells = [new StateCell("kind", CellType.Int64)];
    private static readonly ValueList<StateCell> RightCells = [new StateCell("deleted", CellType.Int64)];
    private readonly ChainedRows[] _sides = new ChainedRows[2];
    private readonly List<int> _unmatchable = [];
    private readonly List<nint> _answered = [];
    private ValueList<bool> _nullSafe;
    private OperatorContext _context = null!;
    private KeyChains _chains = null!;
    private PairWriter _pairs = null!;
    private TimeHeap _waiting = null!;
    private TimeHeap _versions = null!;
    private int _kindOffset;
    private int _deletedOffset;
    private int _leftOffset;
    private long _units = 1;
    private long _passed = long.MinValue;
    private bool _isAnswering;
    private StateTtl? _ttl;
    private StateSweeper _sweeper = null!;

    public override IReadOnlyList<OperatorState> States => [_sides[0].State, _sides[1].State];

    public override bool HasMore => _isAnswering;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftTime].Type);
        _nullSafe = ValueList.Create<bool>(new bool[node.LeftKeys.Count]);
        string layout = "left" + OperatorState.LayoutMark + (node.LeftUpdates ? "changes" : "rows");
        _sides[0] = new ChainedRows(layout, context.Inputs[0], node.LeftKeys, node.LeftUpdates ? LeftCells : default, context);
        _ttl = StateTtl.Of(node.StateTtlMs + (node.StateTtlMs / TouchesATtl), context);
        _sides[1] = new ChainedRows("right", context.Inputs[1], node.RightKeys, RightCells, context, _ttl);
        _sides[1].Table.Expiring = (row, _) => _chains.Unlink(1, (byte*)row);
        _sweeper = new StateSweeper(_ttl, context, _sides[1].State);
        _leftOffset = _sides[0].OffsetOf(node.LeftTime);
        _kindOffset = node.LeftUpdates ? _sides[0].CellOffset(0) : -1;
        _deletedOffset = _sides[1].CellOffset(0);
        _sides[1].OrderOffset = _sides[1].OffsetOf(node.RightTime);
        _chains = new KeyChains(JoinKeys.Fields(context.Inputs[0], node.LeftKeys), _sides[0], _sides[1], context);
        _pairs = new PairWriter(
            node.OutputSchema(), context.Inputs[0].Fields.Count, _sides[0], _sides[1], node.Residual, context);
        _waiting = new TimeHeap(context.Allocator);
        _versions = new TimeHeap(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            _sweeper.Sweep();
            _sides[0].BeginBatch();
            _sides[1].BeginBatch();
            if (input == 0)
            {
                StoreLeft(batch, output);
            }
            else
            {
                StoreRight(batch);
            }
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        LinkRestored();
        _sides[0].BeginBatch();
        _sides[1].BeginBatch();
        _passed = watermarkMs == Watermark.Max ? long.MaxValue : ((watermarkMs + 1) * _units) - 1;
        _isAnswering = true;
        Answer(output);
        return watermarkMs;
    }

    public override void Continue(Collector output) => Answer(output);

    public override void OnTimer(long clockMs, Collector output)
    {
        LinkRestored();
        _sweeper.OnTimer(clockMs);
    }

    protected override void Dispose(bool disposing)
    {
        _chains?.Dispose();
        _pairs?.Dispose();
        _waiting?.Dispose();
        _versions?.Dispose();
        _sides[0]?.Dispose();
        _sides[1]?.Dispose();
    }

    private void LinkRestored()
    {
        if (!_chains.LinkRestored())
        {
            return;
        }

        _waiting.Clear();
        _versions.Clear();
        uint next = 1;
        for (byte* row = _sides[0].Table.WalkLive(ref next); row is not null; row = _sides[0].Table.WalkLive(ref next))
        {
            _waiting.Add(*(long*)(row + _leftOffset), next - 1);
        }

        next = 1;
        for (byte* row = _sides[1].Table.WalkLive(ref next); row is not null; row = _sides[1].Table.WalkLive(ref next))
        {
            _versions.Add(*(long*)(row + _sides[1].OrderOffset), next - 1);
        }
    }

    private void StoreLeft(StreamBatch batch, Collector output)
    {
        RecordBatch rows = batch.Rows;
        List<int>? matchable = JoinKeys.Matchable(rows, node.LeftKeys, _nullSafe, _unmatchable);
        long* times = JoinKeys.Times(rows, node.LeftTime);
        if (_unmatchable.Count > 0 && node.Type == JoinType.Left)
        {
            _pairs.EmitAlone(rows, 0, CollectionsMarshal.AsSpan(_unmatchable), batch.Kinds, null, output);
        }

        _chains.Find(rows.Pick(node.LeftKeys.Span), rows.Length);
        _sides[0].Encode(rows);
        for (int i = 0; i < (matchable?.Count ?? rows.Length); i++)
        {
            int index = matchable is null ? i : matchable[i];
            byte* row = _sides[0].Append(index, out uint slot);
            if (node.LeftUpdates)
            {
                *(long*)(row + _kindOffset) = batch.Kinds is null ? (long)RowKind.Insert : (long)batch.Kinds[index];
            }

            _chains.Insert(0, _chains.Slots[index], row);
            _waiting.Add(times[index], slot);
        }

        DropUnused();
    }

    private void StoreRight(StreamBatch batch)
    {
        RecordBatch rows = batch.Rows;
        List<int>? matchable = JoinKeys.Matchable(rows, node.RightKeys, _nullSafe, _unmatchable);
        long* times = JoinKeys.Times(rows, node.RightTime);
        _chains.Find(rows.Pick(node.RightKeys.Span), rows.Length);
        _sides[1].Encode(rows);
        for (int i = 0; i < (matchable?.Count ?? rows.Length); i++)
        {
            int index = matchable is null ? i : matchable[i];
            RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[index];
            if (kind == RowKind.UpdateBefore)
            {
                _unmatchable.Add(index);
                continue;
            }

            uint replaced = _chains.LastUpTo(_chains.Rows[index], 1, times[index]);
            byte* row = _sides[1].Append(index, out uint slot);
            *(long*)(row + _deletedOffset) = kind == RowKind.Delete ? 1 : 0;
            _chains.Insert(1, _chains.Slots[index], row);
            _versions.Add(times[index], slot);
            if (replaced != 0 && TimeOf(replaced) == times[index])
            {
                _chains.Delete(1, _sides[1].Row(replaced));
            }
        }

        DropUnused();
    }

    /// <summary>Drops keys that were found only for rows that are not kept; not before, since later rows of the batch may need them.</summary>
    private void DropUnused()
    {
        foreach (int index in _unmatchable)
        {
            _chains.DropIfEmpty(_chains.Slots[index]);
        }
    }

    private long TimeOf(uint version) => *(long*)(_sides[1].Row(version) + _sides[1].OrderOffset);

    /// <summary>Answers left rows up to the watermark, a chunk at a time, then drops versions that none to come can see.</summary>
    private void Answer(Collector output)
    {
        _pairs.Begin(null, -1);
        while (_waiting.TryPop(_passed, out uint slot))
        {
            byte* row = _sides[0].Row(slot);
            long time = *(long*)(row + _leftOffset);
            uint version = _chains.LastUpTo(
                _chains.Row(_sides[0].Link(row)->Key), 1, node.IsStrict ? time - 1 : time);
            byte* other = version == 0 ? null : Version(version);
            bool isThere = other is not null && *(long*)(other + _deletedOffset) == 0;
            if (!isThere && node.Type == JoinType.Inner)
            {
                _chains.Delete(0, row);
                continue;
            }

            _pairs.Add(row, isThere ? other : _pairs.NullRow(1));
            _answered.Add((nint)row);
            if (_pairs.IsFull && EmitAnswers(output))
            {
                return;
            }
        }

        bool any = _pairs.Count > 0 && EmitAnswers(output);
        if (any)
        {
            return;
        }

        DropVersions();
        _isAnswering = false;
    }

    /// <summary>Returns a version that is asked for, which keeps it alive; null when its time is over.</summary>
    private byte* Version(uint slot)
    {
        StateTable versions = _sides[1].Table;
        byte* row = _sides[1].Row(slot);
        if (_ttl is null)
        {
            return row;
        }

        if (versions.IsExpired(row))
        {
            return null;
        }

        if (_ttl.NowMs - *(long*)(row + versions.Layout.TimeOffset) >= Math.Max(1, node.StateTtlMs / TouchesATtl))
        {
            _sides[1].Touch(row);
        }

        return row;
    }

    /// <summary>Emits the answers collected; returns whether any stands.</summary>
    private bool EmitAnswers(Collector output)
    {
        RecordBatch pairs = _pairs.BuildTested(out Selection? survivors);
        if (survivors is not null && node.Type == JoinType.Left)
        {
            pairs.Release();
            pairs = Pad(survivors);
            survivors.Dispose();
            survivors = null;
        }

        NativeBuffer? kinds = null;
        if (node.LeftUpdates)
        {
            kinds = _context.Allocator.Allocate(_pairs.Count);
            for (int i = 0; i < _pairs.Count; i++)
            {
                kinds.Pointer[i] = (byte)*(long*)(_pairs.Rows(0)[i] + _kindOffset);
            }
        }

        foreach (nint row in _answered)
        {
            _chains.Delete(0, (byte*)row);
        }

        _answered.Clear();
        bool any = (survivors?.Count ?? pairs.Length) > 0;
        _pairs.Emit(pairs, kinds, survivors, output);
        _pairs.Clear();
        return any;
    }

    /// <summary>Makes the pairs anew, with no version where the condition does not hold.</summary>
    private RecordBatch Pad(Selection survivors)
    {
        int next = 0;
        for (int i = 0; i < _pairs.Count; i++)
        {
            bool holds = next < survivors.Count && survivors.Pointer[next] == i;
            next += holds ? 1 : 0;
            _pairs.Rows(1)[i] = holds ? _pairs.Rows(1)[i] : _pairs.NullRow(1);
        }

        return _pairs.Build();
    }

    /// <summary>
    /// Drops the versions before the last one at or below the watermark. A slot may have been reused since it was listed:
    /// what stands there is looked at, not what was meant.
    /// </summary>
    private void DropVersions()
    {
        ChainedRows rows = _sides[1];
        if (_passed == long.MaxValue)
        {
            // All inputs ended: nothing asks any more, and nothing is worth a walk.
            return;
        }

        while (_versions.TryPop(_passed, out uint slot))
        {
            if (!rows.Table.Rows.IsLive(slot))
            {
                continue;
            }

            byte* row = rows.Row(slot);
            if (*(long*)(row + rows.OrderOffset) > _passed)
            {
                continue;
            }

            while (rows.Link(row)->Previous is uint previous && previous != 0)
            {
                _chains.Delete(1, rows.Row(previous));
            }

            // A delete stays like any last version: a row that comes late must not stand up behind it.
            uint following = rows.Link(row)->Next;
            if (following != 0 && TimeOf(following) <= _passed)
            {
                _chains.Delete(1, row);
            }
        }
    }
}
