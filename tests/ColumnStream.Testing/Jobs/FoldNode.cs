using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;

namespace ColumnStream.Testing.Jobs;

/// <summary>Folds values into a chain of hashes by key and split: loss, repetition and reordering all change it.</summary>
/// <remarks>Columns key, split, value in; key, split, count, chain out, as a retract changelog.</remarks>
[PlanNode("test-fold", version: 1)]
public sealed record FoldNode : PhysicalNode
{
    public override string Describe() => "test fold";

    public static long Fold(long chain, long value) => unchecked((chain * 6364136223846793005) + value + 1442695040888963407);

    protected internal override Operator CreateOperator() => new FoldOperator(this);
}

internal sealed unsafe class FoldOperator(FoldNode node) : Operator
{
    private readonly FoldState _state = new();
    private OperatorContext _context = null!;

    public override IReadOnlyList<OperatorState> States => [_state];

    public override void Open(OperatorContext context)
    {
        _context = context;
        _state.Open(context);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        ReadOnlySpan<long> keys = ((FixedWidthArray)batch.Rows.Columns[0]).Values<long>();
        ReadOnlySpan<long> splits = ((FixedWidthArray)batch.Rows.Columns[1]).Values<long>();
        ReadOnlySpan<long> values = ((FixedWidthArray)batch.Rows.Columns[2]).Values<long>();
        var rows = new List<(long Key, long Split, long Count, long Chain, RowKind Kind)>();
        for (int i = 0; i < keys.Length; i++)
        {
            (long count, long chain) = _state.Get(keys[i], splits[i]);
            if (count > 0)
            {
                rows.Add((keys[i], splits[i], count, chain, RowKind.UpdateBefore));
            }

            RowKind kind = count > 0 ? RowKind.UpdateAfter : RowKind.Insert;
            count++;
            chain = FoldNode.Fold(chain, values[i]);
            _state.Set(keys[i], splits[i], count, chain);
            rows.Add((keys[i], splits[i], count, chain, kind));
        }

        batch.Release();
        using var key = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows.Count);
        using var split = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows.Count);
        using var counts = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows.Count);
        using var chains = new FixedWidthBuilder(DataType.Int64, _context.Allocator, rows.Count);
        NativeBuffer kinds = _context.Allocator.Allocate(rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            key.Append(rows[i].Key);
            split.Append(rows[i].Split);
            counts.Append(rows[i].Count);
            chains.Append(rows[i].Chain);
            kinds.Pointer[i] = (byte)rows[i].Kind;
        }

        output.Emit(new StreamBatch(
            new RecordBatch(
                node.OutputSchema(), [key.Finish(), split.Finish(), counts.Finish(), chains.Finish()], rows.Count),
            kinds));
    }
}

/// <summary>Holds the chains in a dictionary; snapshots copy what changed.</summary>
internal sealed class FoldState : OperatorState
{
    private static readonly Schema Layout = new(
        new Field("slot", new DataType(TypeId.UInt32), Nullable: false),
        new Field("live", DataType.Bool, Nullable: false),
        new Field("key_group", new DataType(TypeId.UInt16), Nullable: false),
        new Field("key", DataType.Int64),
        new Field("split", DataType.Int64),
        new Field("count", DataType.Int64),
        new Field("chain", DataType.Int64));

    private readonly SortedDictionary<(long Key, long Split), (long Count, long Chain)> _rows = [];
    private readonly SortedSet<(long Key, long Split)> _changed = [];
    private List<(long Key, long Split, long Count, long Chain)>? _frozen;
    private OperatorContext _context = null!;
    private int _gathered;

    public override string Name => "chains";

    public override long RowCount => _rows.Count;

    public override long Bytes => _rows.Count * 32;

    public void Open(OperatorContext context) => _context = context;

    public (long Count, long Chain) Get(long key, long split) => _rows.GetValueOrDefault((key, split));

    public void Set(long key, long split, long count, long chain)
    {
        _rows[(key, split)] = (count, chain);
        _changed.Add((key, split));
    }

    public override void BeginSnapshot(bool full)
    {
        _frozen = [];
        _gathered = 0;
        foreach (((long key, long split), (long count, long chain)) in _rows)
        {
            if (full || _changed.Contains((key, split)))
            {
                _frozen.Add((key, split, count, chain));
            }
        }

        _changed.Clear();
    }

    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        // Small slices, so that rows come between them.
        int rows = Math.Min(Math.Min(maxRows, 3 + (_frozen!.Count / 8)), _frozen.Count - _gathered);
        if (rows > 0)
        {
            RecordBatch batch = Slice(_frozen.GetRange(_gathered, rows));
            write(batch);
            batch.Release();
            _gathered += rows;
        }

        bool more = _gathered < _frozen.Count;
        _frozen = more ? _frozen : null;
        return more;
    }

    public override void AbortSnapshot()
    {
        foreach ((long key, long split, _, _) in _frozen ?? [])
        {
            _changed.Add((key, split));
        }

        _frozen = null;
    }

    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            ReadOnlySpan<ushort> groups = ((FixedWidthArray)batch.Columns[2]).Values<ushort>();
            ReadOnlySpan<long> keys = ((FixedWidthArray)batch.Columns[3]).Values<long>();
            ReadOnlySpan<long> splits = ((FixedWidthArray)batch.Columns[4]).Values<long>();
            ReadOnlySpan<long> counts = ((FixedWidthArray)batch.Columns[5]).Values<long>();
            ReadOnlySpan<long> chains = ((FixedWidthArray)batch.Columns[6]).Values<long>();
            for (int i = 0; i < keys.Length; i++)
            {
                if (keyGroups.Contains(groups[i]))
                {
                    _rows[(keys[i], splits[i])] = (counts[i], chains[i]);
                }
            }

            batch.Release();
        }
    }

    private RecordBatch Slice(List<(long Key, long Split, long Count, long Chain)> rows)
    {
        BufferAllocator allocator = _context.Allocator;
        using var slot = new FixedWidthBuilder(Layout.Fields[0].Type, allocator, rows.Count);
        using var live = new BooleanBuilder(allocator, rows.Count);
        using var group = new FixedWidthBuilder(Layout.Fields[2].Type, allocator, rows.Count);
        using var key = new FixedWidthBuilder(DataType.Int64, allocator, rows.Count);
        using var split = new FixedWidthBuilder(DataType.Int64, allocator, rows.Count);
        using var count = new FixedWidthBuilder(DataType.Int64, allocator, rows.Count);
        using var chain = new FixedWidthBuilder(DataType.Int64, allocator, rows.Count);
        foreach (var row in rows)
        {
            slot.Append((uint)(_gathered + 1));
            live.Append(true);
            key.Append(row.Key);
            split.Append(row.Split);
            count.Append(row.Count);
            chain.Append(row.Chain);
        }

        ArrayData keys = key.Finish();
        var hashes = new ulong[rows.Count];
        KeyHash.Hash([keys], rows.Count, hashes);
        foreach (ulong hash in hashes)
        {
            group.Append((ushort)KeyHash.KeyGroup(hash, _context.KeyGroups));
        }

        return new RecordBatch(
            Layout,
            [slot.Finish(), live.Finish(), group.Finish(), keys, split.Finish(), count.Finish(), chain.Finish()],
            rows.Count);
    }
}
