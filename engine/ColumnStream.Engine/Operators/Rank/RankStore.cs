using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Keeps the rows of all partitions in order: over inserts the best ones alone, over updates all of them.</summary>
/// <remarks>
/// Over inserts a row that is worse than the worst one kept costs a look at its group. A row that gets in is first stored with
/// partition and order only; the rest follows behind the batch for those that are still there. Rows that are no longer in a
/// tree stay readable until <see cref="Sweep"/>.
/// </remarks>
internal sealed unsafe class RankStore : IDisposable
{
    private readonly RankFunction _function;
    private readonly long _end;
    private readonly bool _isIndexed;
    private readonly BufferAllocator _allocator;
    private readonly RankList? _list;
    private readonly KeyEncoder _heads;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _words;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<uint> _fresh;
    private readonly NativeList<int> _freshRows;
    private readonly NativeList<uint> _gone;
    private readonly NativeList<ulong> _goneHashes;
    private readonly NativeList<uint> _path;
    private readonly NativeList<nint> _expired;
    private readonly NativeList<uint> _expiredSlots;
    private readonly StateTtl? _ttl;
    private int _restores;
    private long _sequence;

    /// <summary>Prepares.</summary>
    /// <param name="function">How rows are numbered.</param>
    /// <param name="partition">Columns of the partition.</param>
    /// <param name="order">The order.</param>
    /// <param name="end">The last rank that anybody asks for.</param>
    /// <param name="isInsertOnly">Whether rows behind it are forgotten.</param>
    /// <param name="context">Pages, account, schema.</param>
    /// <param name="linkBytes">Bytes of a row that its owner uses and no snapshot holds.</param>
    /// <param name="ttlMs">Milliseconds after which a partition that gets no rows is forgotten; 0 keeps it.</param>
    public RankStore(
        RankFunction function,
        ValueList<int> partition,
        ValueList<SortKey> order,
        long end,
        bool isInsertOnly,
        OperatorContext context,
        int linkBytes = 0,
        long ttlMs = 0)
    {
        _ttl = StateTtl.Of(ttlMs, context);
        _function = function;
        _end = end;
        _isIndexed = !isInsertOnly;
        _allocator = context.Allocator;
        Columns = new RankColumns(partition, order, context.Inputs[0]);
        bool isList = isInsertOnly && function == RankFunction.RowNumber && end <= RankList.Most;
        Rows = new RankRows(Columns, _isIndexed, hasTree: !isList, context, linkBytes, hasTime: _ttl is not null);
        Groups = new RankGroups(Rows, isList ? (int)end : 0, context, _ttl);
        _list = isList ? new RankList(Rows, Groups) : null;
        Groups.Table.Rows.IsTransient = true;
        Groups.Table.Expiring = (group, _) => Forget((byte*)group);
        Sweeper = new StateSweeper(_ttl, context, Groups.Table);
        Tree = new RankTree(Rows, countsKeys: function == RankFunction.DenseRank);
        _heads = new KeyEncoder(Columns.Head, context.Allocator);
        _encoder = new KeyEncoder(Rows.Layout, context.Allocator);
        _words = new NativeList<ulong>(context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _fresh = new NativeList<uint>(context.Allocator);
        _freshRows = new NativeList<int>(context.Allocator);
        _gone = new NativeList<uint>(context.Allocator);
        _goneHashes = new NativeList<ulong>(context.Allocator);
        _path = new NativeList<uint>(context.Allocator);
        _expired = new NativeList<nint>(context.Allocator);
        _expiredSlots = new NativeList<uint>(context.Allocator);
    }

    /// <summary>Gets the columns.</summary>
    public RankColumns Columns { get; }

    /// <summary>Gets the rows.</summary>
    public RankRows Rows { get; }

    /// <summary>Gets the groups.</summary>
    public RankGroups Groups { get; }

    /// <summary>Gets the trees.</summary>
    public RankTree Tree { get; }

    /// <summary>Gets or sets what is told of a group before it changes from a position on: group, its slot, the position.</summary>
    public RankHistory? History { get; set; }

    /// <summary>Gets or sets what is told of new groups.</summary>
    public Action<nint, uint>? OnGroup { get; set; }

    /// <summary>Gets what forgets partitions whose time is over.</summary>
    public StateSweeper Sweeper { get; }

    /// <summary>Gets whether trees and groups will be made anew at the next batch.</summary>
    public bool WasRestored => Rows.State.Restores != _restores;

    /// <summary>Begins a batch; makes trees and groups anew after a restore.</summary>
    public void BeginBatch()
    {
        Rows.Table.BeginUnlisted();
        if (_ttl is not null)
        {
            Groups.Table.BeginUnlisted();
            Rows.Table.Rows.NowMs = _ttl.NowMs;
        }

        if (WasRestored)
        {
            _restores = Rows.State.Restores;
            Rebuild();
        }
    }

    /// <summary>Takes in a batch of inserts.</summary>
    public void Append(RecordBatch batch)
    {
        ArrayData[] columns = Columns.Arrange(batch.Columns);
        int length = batch.Length;
        ulong* words = Prepare(columns, length);
        int stride = Columns.Head.KeyWords;
        _fresh.Count = 0;
        _freshRows.Count = 0;
        bool dropsTies = _function == RankFunction.RowNumber;
        byte** groups = Groups.Found;
        for (int i = 0; i < length; i++)
        {
            ulong word = words[i];
            byte* group = groups[i];
            ulong worst = *(ulong*)(group + Groups.WorstOffset);
            if (Groups.Root(group) == 0)
            {
                Begin(group, i);
            }
            else if (word > worst || (word == worst && dropsTies && Rows.Order.IsTie(word)))
            {
                continue;
            }

            Add(group, i, word, _heads.Words + ((long)i * stride), _heads.Nulls[i]);
        }

        Store(columns, length);
    }

    /// <summary>Takes in a batch of inserts, updates and deletes; rows are found by content.</summary>
    public void Change(StreamBatch batch)
    {
        ArrayData[] columns = Columns.Arrange(batch.Rows.Columns);
        int length = batch.Rows.Length;
        ulong* words = Prepare(columns, length);
        ulong* hashes = _hashes.Reserve(Math.Max(1, length));
        StateTable table = Rows.Table;
        Rows.Layout.Hash(columns, length, hashes);
        _encoder.Encode(columns, length);
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            table.FindOrCreate(_encoder, hashes, at, count, rows, slots);
            for (int i = 0; i < count; i++)
            {
                int input = at + i;
                bool adds = batch.Kinds is null || batch.Kinds[input] is RowKind.Insert or RowKind.UpdateAfter;
                table.Rows.Touch(rows[i], slots[i]);
                Change(Groups.Found[input], input, rows[i], slots[i], words[input], hashes[input], adds);
            }
        }
    }

    /// <summary>Deletes rows that no tree holds any more; nobody may read them any longer.</summary>
    public void Sweep()
    {
        StateTable table = Rows.Table;
        for (int i = 0; i < _gone.Count; i++)
        {
            uint slot = _gone.Pointer[i];
            byte* row = table.Rows.Row(slot);
            if (!_isIndexed)
            {
                table.Delete(row, slot, _goneHashes.Pointer[i]);
            }
            else if ((row[4] & RowStore.Dead) == 0 && *(long*)(row + Rows.Count) == 0)
            {
                table.Delete(row, slot, _goneHashes.Pointer[i]);
            }
        }

        _gone.Count = 0;
        _goneHashes.Count = 0;
        SweepExpired();
    }

    /// <summary>Drops a group with all its rows at the next <see cref="Sweep"/>; they stay readable until then.</summary>
    public void Drop(byte* group, uint slot)
    {
        ulong hash = *(ulong*)(group + Groups.HashOffset);
        for (int i = 1; _list is not null && i <= _list.Count(group); i++)
        {
            _gone.Add(_list.SlotAt(group, i));
            _goneHashes.Add(hash);
        }

        for (uint row = _list is null ? First(group) : 0; row != 0; row = Tree.Next(_path))
        {
            _gone.Add(row);
            _goneHashes.Add(hash);
        }

        Groups.Drop(group, slot, hash);
    }

    /// <summary>Adds the rows of a group from a position on, as far as its ranks are asked for and below another position.</summary>
    public void List(byte* group, uint position, uint below, NativeList<RankEntry> target)
    {
        if (_list is not null)
        {
            for (uint p = position; p < below && p <= _list.Count(group); p++)
            {
                target.Add(new RankEntry(_list.SlotAt(group, p), 1, p));
            }

            return;
        }

        uint root = Groups.Root(group);
        Tree.Walk(root, position, _path, out uint first);
        if (first == 0 || first >= below)
        {
            return;
        }

        uint keys = 0;
        uint slot = Tree.Next(_path);
        if (_function == RankFunction.DenseRank)
        {
            Tree.BeforeKey(root, Rows.Table.Rows.Row(slot), out keys);
        }

        long rank = _function == RankFunction.DenseRank ? keys + 1 : first;
        byte* before = null;
        long at = first;
        for (; slot != 0 && at < below; slot = Tree.Next(_path))
        {
            byte* row = Rows.Table.Rows.Row(slot);
            if (_function == RankFunction.RowNumber)
            {
                rank = at;
            }
            else if (before is not null && !Tree.SameKey(before, row))
            {
                rank = _function == RankFunction.Rank ? at : rank + 1;
            }

            if (rank > _end)
            {
                break;
            }

            int copies = (int)*(long*)(row + Rows.Count);
            target.Add(new RankEntry(slot, copies, rank));
            at += copies;
            before = row;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        Groups.Dispose();
        _heads.Dispose();
        _encoder.Dispose();
        _words.Dispose();
        _hashes.Dispose();
        _fresh.Dispose();
        _freshRows.Dispose();
        _gone.Dispose();
        _goneHashes.Dispose();
        _path.Dispose();
        _expired.Dispose();
        _expiredSlots.Dispose();
    }

    private uint First(byte* group)
    {
        Tree.Walk(Groups.Root(group), 1, _path, out _);
        return Tree.Next(_path);
    }

    /// <summary>Lets the rows of a group go whose time is over: nobody asks for them any more.</summary>
    private void Forget(byte* group)
    {
        for (int i = 1; _list is not null && i <= _list.Count(group); i++)
        {
            Expire(_list.SlotAt(group, i));
        }

        for (uint row = _list is null ? First(group) : 0; row != 0; row = Tree.Next(_path))
        {
            Expire(row);
        }
    }

    private void Expire(uint slot)
    {
        byte* row = Rows.Table.Rows.Row(slot);
        Rows.Table.Rows.Touch(row, slot);
        *(long*)(row + Rows.Count) = 0;
        _expired.Add((nint)row);
        _expiredSlots.Add(slot);
    }

    private void SweepExpired()
    {
        int kept = 0;
        for (int i = 0; i < _expired.Count; i++)
        {
            // The same row may have come again.
            var row = (byte*)_expired.Pointer[i];
            if ((row[4] & RowStore.Dead) == 0 && *(long*)(row + Rows.Count) == 0)
            {
                _expired.Pointer[kept] = (nint)row;
                _expiredSlots.Pointer[kept++] = _expiredSlots.Pointer[i];
            }
        }

        for (int at = 0; at < kept; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, kept - at);
            Rows.Table.Delete((byte**)_expired.Pointer + at, _expiredSlots.Pointer + at, count);
        }

        _expired.Count = 0;
        _expiredSlots.Count = 0;
    }

    private ulong* Prepare(ArrayData[] columns, int length)
    {
        Groups.Find(columns.AsSpan(0, Columns.PartitionCount), length);
        if (_ttl is not null)
        {
            Groups.Renew(length);
        }

        _heads.Encode(columns.AsSpan(0, Columns.HeadCount), length);
        ulong* words = _words.Reserve(Math.Max(1, length));
        Rows.Order.Words(_heads.Words, _heads.Nulls, Columns.Head.KeyWords, length, words);
        return words;
    }

    private void Begin(byte* group, int input)
    {
        *(ulong*)(group + Groups.HashOffset) = Groups.Hashes[input];
        *(ulong*)(group + Groups.WorstOffset) = ulong.MaxValue;
        OnGroup?.Invoke((nint)group, Groups.Slots[input]);
    }

    private void Add(byte* group, int input, ulong word, ulong* head, ushort nulls)
    {
        byte* row = Rows.Table.AppendEmpty(out uint slot);
        StateLayout layout = Rows.Layout;
        new Span<ulong>(head, Columns.Head.KeyWords).CopyTo(
            new Span<ulong>(row + StateLayout.HeaderBytes + (8 * layout.NullWords), Columns.Head.KeyWords));
        *(ushort*)(row + layout.NullOffset) = nulls;
        *(long*)(row + Rows.Sequence) = _sequence++;
        *(long*)(row + Rows.Count) = 1;
        _fresh.Add(slot);
        _freshRows.Add(input);
        *(long*)(row + Rows.Mark) = _fresh.Count;
        if (_list is not null)
        {
            AddToList(group, input, word, row, slot);
            return;
        }

        *(ulong*)(row + Rows.Word) = word;
        Note(group, input, row);
        ref uint root = ref Groups.Root(group);
        Tree.Insert(ref root, slot);
        Evict(group, ref root, Groups.Hashes[input]);
    }

    private void AddToList(byte* group, int input, ulong word, byte* row, uint slot)
    {
        int position = _list!.PositionOf(group, word, row);
        if (position <= _end)
        {
            History?.Note(group, Groups.Slots[input], Groups.Hashes[input], (uint)position);
        }

        Place(group, position, word, row, slot, Groups.Hashes[input]);
    }

    /// <summary>Puts a row into a group's list; the one that is then behind its end is forgotten.</summary>
    private void Place(byte* group, int position, ulong word, byte* row, uint slot, ulong hash)
    {
        uint last = position > _end ? slot : _list!.Insert(group, position, word, slot);
        if (last != 0)
        {
            Forget(last, last == slot ? row : Rows.Table.Rows.Row(last), hash);
        }
    }

    private void Note(byte* group, int input, byte* row)
    {
        if (History is null || *(long*)(group + Groups.LowOffset) == 1)
        {
            return;
        }

        uint root = Groups.Root(group);
        uint keys = 0;
        uint position = 1 + (_function == RankFunction.RowNumber ? Tree.Before(root, row) : Tree.BeforeKey(root, row, out keys));
        if ((_function == RankFunction.DenseRank ? keys + 1 : position) <= _end)
        {
            History.Note(group, Groups.Slots[input], Groups.Hashes[input], position);
        }
    }

    /// <summary>Forgets the rows behind the last rank, and notes the worst word that is kept.</summary>
    private void Evict(byte* group, ref uint root, ulong hash)
    {
        if (Tree.Size(root) < _end && _function != RankFunction.DenseRank)
        {
            return;
        }

        byte* last = Rows.Table.Rows.Row(Tree.Last(root));
        while (IsBehind(root, last))
        {
            uint slot = Tree.Last(root);
            Tree.Remove(ref root, slot);
            Forget(slot, last, hash);
            last = Rows.Table.Rows.Row(Tree.Last(root));
        }

        bool isFull = _function == RankFunction.DenseRank ? Tree.Keys(root) >= _end : Tree.Size(root) >= _end;
        *(ulong*)(group + Groups.WorstOffset) = isFull ? *(ulong*)(last + Rows.Word) : ulong.MaxValue;
    }

    private bool IsBehind(uint root, byte* last) => _function switch
    {
        RankFunction.RowNumber => Tree.Size(root) > _end,
        RankFunction.DenseRank => Tree.Keys(root) > _end,
        _ => Tree.Size(root) > _end && Tree.BeforeKey(root, last, out _) >= _end,
    };

    private void Forget(uint slot, byte* row, ulong hash)
    {
        long mark = *(long*)(row + Rows.Mark);
        if (mark == 0)
        {
            _gone.Add(slot);
            _goneHashes.Add(hash);
            return;
        }

        // Not stored yet: its long text still belongs to the batch.
        _fresh.Pointer[mark - 1] = 0;
        new Span<byte>(row + StateLayout.HeaderBytes, 8 * Rows.Layout.KeyWords).Clear();
        Rows.Table.Delete(row, slot, hash);
    }

    /// <summary>Stores the columns of rows that came with this batch and are still there.</summary>
    private void Store(ArrayData[] columns, int length)
    {
        int kept = 0;
        for (int i = 0; i < _fresh.Count; i++)
        {
            if (_fresh.Pointer[i] != 0)
            {
                _fresh.Pointer[kept] = _fresh.Pointer[i];
                _freshRows.Pointer[kept++] = _freshRows.Pointer[i];
            }
        }

        if (kept == 0)
        {
            return;
        }

        bool isAll = kept == length;
        ArrayData[] taken = columns;
        if (!isAll)
        {
            taken = new ArrayData[columns.Length];
            for (int i = 0; i < taken.Length; i++)
            {
                taken[i] = TakeKernel.Take(columns[i], new ReadOnlySpan<int>(_freshRows.Pointer, kept), _allocator);
            }
        }

        _encoder.Encode(taken, kept);
        int stride = Rows.Layout.KeyWords;
        for (int i = 0; i < kept; i++)
        {
            byte* row = Rows.Table.Rows.Row(_fresh.Pointer[i]);
            RowWords.Store(
                Rows.Table, row, _encoder.Words + ((long)i * stride), _encoder.Nulls + i, 0, stride, isNew: true);
            *(long*)(row + Rows.Mark) = 0;
        }

        for (int i = 0; !isAll && i < taken.Length; i++)
        {
            taken[i].Release();
        }
    }

    private void Change(byte* group, int input, byte* row, uint slot, ulong word, ulong hash, bool adds)
    {
        ref long count = ref *(long*)(row + Rows.Count);
        if (count == 0)
        {
            if (!adds)
            {
                // Nobody knows the row, so nothing is taken back.
                _gone.Add(slot);
                _goneHashes.Add(hash);
                return;
            }

            *(ulong*)(row + Rows.Word) = word;
            *(long*)(row + Rows.Sequence) = _sequence++;
        }

        Note(group, input, row);
        ref uint root = ref Groups.Root(group);
        count += adds ? 1 : -1;
        if (count == 0)
        {
            Tree.Remove(ref root, slot);
            _gone.Add(slot);
            _goneHashes.Add(hash);
        }
        else if (adds && count == 1)
        {
            Tree.Insert(ref root, slot);
        }
        else
        {
            Tree.Resize(root, slot);
        }
    }

    private void Rebuild()
    {
        _sequence = 0;
        Groups.Rebuild((count, blockRows, blockSlots) =>
        {
            for (int i = 0; i < count; i++)
            {
                byte* row = ((byte**)blockRows)[i];
                byte* group = Groups.Found[i];
                ref uint root = ref Groups.Root(group);
                if (root == 0)
                {
                    Begin(group, i);
                }

                KeepAge(group, row);
                ulong word = Rows.Order.Word(row);
                *(long*)(row + Rows.Mark) = 0;
                _sequence = Math.Max(_sequence, *(long*)(row + Rows.Sequence) + 1);
                if (_list is not null)
                {
                    Place(group, _list.PositionOf(group, word, row), word, row, ((uint*)blockSlots)[i], Groups.Hashes[i]);
                    continue;
                }

                *(ulong*)(row + Rows.Word) = word;
                Tree.Insert(ref root, ((uint*)blockSlots)[i]);
                if (!_isIndexed)
                {
                    Evict(group, ref root, Groups.Hashes[i]);
                }
            }
        });
    }

    /// <summary>Gives a group that a restore makes anew the time of its youngest row.</summary>
    private void KeepAge(byte* group, byte* row)
    {
        if (_ttl is null)
        {
            return;
        }

        ref long time = ref *(long*)(group + Groups.Table.Layout.TimeOffset);
        long touched = *(long*)(row + Rows.Layout.TimeOffset);
        time = Groups.Root(group) == 0 ? touched : Math.Max(time, touched);
    }
}
