using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.TimeJoin;

/// <summary>Keeps left rows until the watermark reaches the next right row of their key, and right rows until it reaches them.</summary>
/// <remarks>
/// When the watermark reaches a right row, no nearer one can come for the left rows up to it: they are answered and both go. So a
/// right row behind the watermark answers those that still wait, while a left row behind it is late: what would have
/// answered it may be gone. Of right rows with one key and time the last that came counts.
/// </remarks>
internal sealed unsafe class AsofNextOperator(TemporalJoinNode node) : Operator
{
    private const int MarkByte = 5;
    private readonly ChainedRows[] _sides = new ChainedRows[2];
    private readonly List<int> _unmatchable = [];
    private readonly List<nint> _answered = [];
    private readonly List<nint> _used = [];
    private ValueList<bool> _nullSafe;
    private OperatorContext _context = null!;
    private KeyChains _chains = null!;
    private PairWriter _pairs = null!;
    private ProgressState _watermark = null!;
    private TimeHeap _next = null!;
    private long _units = 1;
    private long _passed = long.MinValue;
    private bool _isAnswering;

    // Where answering stands: the key's right row and left row, and at the end the left rows that nothing answers.
    private uint _right;
    private uint _left;
    private uint _rest;

    public override IReadOnlyList<OperatorState> States => [_watermark, _sides[0].State, _sides[1].State];

    public override bool HasMore => _isAnswering;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _units = WindowMath.UnitsPerMs(context.Inputs[0].Fields[node.LeftTime].Type);
        _nullSafe = ValueList.Create<bool>(new bool[node.LeftKeys.Count]);
        _watermark = new ProgressState("watermark", Watermark.Min, context.Allocator);
        _sides[0] = new ChainedRows("left", context.Inputs[0], node.LeftKeys, default, context);
        _sides[1] = new ChainedRows("right", context.Inputs[1], node.RightKeys, default, context);
        _sides[0].OrderOffset = _sides[0].OffsetOf(node.LeftTime);
        _sides[1].OrderOffset = _sides[1].OffsetOf(node.RightTime);
        _chains = new KeyChains(JoinKeys.Fields(context.Inputs[0], node.LeftKeys), _sides[0], _sides[1], context);
        _pairs = new PairWriter(
            node.OutputSchema(), context.Inputs[0].Fields.Count, _sides[0], _sides[1], null, context);
        _next = new TimeHeap(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            Store(input, batch.Rows, output);
        }
        finally
        {
            batch.Release();
        }
    }

    public override long Advance(long watermarkMs, Collector output)
    {
        Begin();
        _watermark.Value = watermarkMs;
        _passed = Passed();
        _rest = watermarkMs == Watermark.Max ? 1u : 0;
        _isAnswering = true;
        Answer(output);
        return watermarkMs;
    }

    public override void Continue(Collector output) => Answer(output);

    protected override void Dispose(bool disposing)
    {
        _chains?.Dispose();
        _pairs?.Dispose();
        _next?.Dispose();
        _sides[0]?.Dispose();
        _sides[1]?.Dispose();
    }

    private long Passed() =>
        _watermark.Value is Watermark.Min or Watermark.Max ? _watermark.Value : ((_watermark.Value + 1) * _units) - 1;

    private void Begin()
    {
        if (_chains.LinkRestored())
        {
            _passed = Passed();
            _next.Clear();
            uint next = 1;
            for (byte* row = _sides[1].Table.WalkLive(ref next); row is not null; row = _sides[1].Table.WalkLive(ref next))
            {
                _next.Add(TimeOf(1, row), next - 1);
            }
        }

        _sides[0].BeginBatch();
        _sides[1].BeginBatch();
    }

    private long TimeOf(int side, byte* row) => *(long*)(row + _sides[side].OrderOffset);

    private void Store(int side, RecordBatch rows, Collector output)
    {
        ValueList<int> keys = side == 0 ? node.LeftKeys : node.RightKeys;
        List<int>? matchable = JoinKeys.Matchable(rows, keys, _nullSafe, _unmatchable);
        long* times = JoinKeys.Times(rows, side == 0 ? node.LeftTime : node.RightTime);
        if (_unmatchable.Count > 0 && side == 0 && node.Type == JoinType.Left)
        {
            _pairs.EmitAlone(rows, 0, CollectionsMarshal.AsSpan(_unmatchable), null, null, output);
        }

        _chains.Find(rows.Pick(keys.Span), rows.Length);
        _sides[side].Encode(rows);
        long late = 0;
        for (int i = 0; i < (matchable?.Count ?? rows.Length); i++)
        {
            int index = matchable is null ? i : matchable[i];
            if (side == 0 && times[index] <= _passed)
            {
                late++;
                _unmatchable.Add(index);
                continue;
            }

            uint replaced = side == 0 ? 0 : _chains.LastUpTo(_chains.Rows[index], 1, times[index]);
            byte* row = _sides[side].Append(index, out uint slot);
            _chains.Insert(side, _chains.Slots[index], row);
            if (side == 0)
            {
                continue;
            }

            _next.Add(times[index], slot);
            if (replaced != 0 && TimeOf(1, _sides[1].Row(replaced)) == times[index])
            {
                _chains.Delete(1, _sides[1].Row(replaced));
            }
        }

        foreach (int index in _unmatchable)
        {
            _chains.DropIfEmpty(_chains.Slots[index]);
        }

        if (late > 0)
        {
            _context.Count("lateRows", late);
        }
    }

    /// <summary>Answers left rows by the right rows up to the watermark, key by key, a chunk at a time.</summary>
    private void Answer(Collector output)
    {
        _pairs.Begin(null, -1);
        while (_right != 0 || NextKey())
        {
            if (!Collect())
            {
                Emit(output);
                return;
            }
        }

        if (_pairs.Count > 0)
        {
            Emit(output);
            return;
        }

        if (_rest != 0 && node.Type == JoinType.Left && CollectRest())
        {
            Emit(output);
            return;
        }

        _isAnswering = false;
    }

    /// <summary>
    /// Goes to the next key with a right row up to the watermark. A slot may have been reused since it was listed: what stands
    /// there is looked at, not what was meant, and its key is answered from its first right row on.
    /// </summary>
    private bool NextKey()
    {
        while (_next.TryPop(_passed, out uint slot))
        {
            byte* row = _sides[1].Row(slot);
            if (_sides[1].Table.Rows.IsLive(slot) && row[MarkByte] == 0 && TimeOf(1, row) <= _passed)
            {
                byte* key = _chains.Row(_sides[1].Link(row)->Key);
                _right = _chains.Chain(key, 1)->Head;
                _left = _chains.Chain(key, 0)->Head;
                return true;
            }
        }

        return false;
    }

    /// <summary>Pairs left rows of the key at hand with their right rows; returns whether the key is done, not whether a chunk is full.</summary>
    private bool Collect()
    {
        while (_right != 0)
        {
            byte* right = _sides[1].Row(_right);
            long time = TimeOf(1, right);
            if (time > _passed)
            {
                _right = 0;
                break;
            }

            long last = node.IsStrict ? time - 1 : time;
            bool isUsed = false;
            while (_left != 0 && _sides[0].Row(_left) is var left && TimeOf(0, left) <= last)
            {
                if (_pairs.IsFull)
                {
                    return false;
                }

                _pairs.Add(left, right);
                _answered.Add((nint)left);
                _left = _sides[0].Link(left)->Next;
                isUsed = true;
            }

            _right = _sides[1].Link(right)->Next;
            if (isUsed)
            {
                // It stays until its pairs are out; marked, so that its own entry in the list does not begin its key again.
                right[MarkByte] = 1;
                _used.Add((nint)right);
            }
            else
            {
                _chains.Delete(1, right);
            }
        }

        return true;
    }

    /// <summary>Collects left rows that nothing answers; returns whether there are any.</summary>
    private bool CollectRest()
    {
        while (!_pairs.IsFull && _sides[0].Table.NextLive(ref _rest) is var row && row is not null)
        {
            _pairs.Add(row, _pairs.NullRow(1));
            _answered.Add((nint)row);
        }

        return _pairs.Count > 0;
    }

    /// <summary>Emits the answers collected, and lets go of the rows that are through.</summary>
    private void Emit(Collector output)
    {
        RecordBatch pairs = _pairs.Build();
        _pairs.Clear();
        foreach (nint row in _answered)
        {
            _chains.Delete(0, (byte*)row);
        }

        foreach (nint row in _used)
        {
            _chains.Delete(1, (byte*)row);
        }

        _answered.Clear();
        _used.Clear();
        output.Emit(new StreamBatch(pairs));
    }
}
