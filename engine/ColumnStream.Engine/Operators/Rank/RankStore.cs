using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
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
    private readonly RankList? _list;
    private readonly KeyEncoder _heads;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _words;
    private readonly NativeList<ulong> _hashes;
    private readonly RankArrivals _arrivals;
    private readonly RankDepartures _departures;
    private readonly RankReader _reader;
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
        _arrivals = new RankArrivals(Rows, _encoder, context.Allocator);
        _departures = new RankDepartures(Rows, _isIndexed, context.Allocator);
        _reader = new RankReader(function, end, Rows, Groups, Tree, _list, context.Allocator);
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
        _arrivals.Begin();
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

        _arrivals.Store(columns, length);
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
    public void Sweep() => _departures.Sweep();

    /// <summary>Drops a group with all its rows at the next <see cref="Sweep"/>; they stay readable until then.</summary>
    public void Drop(byte* group, uint slot)
    {
        ulong hash = *(ulong*)(group + Groups.HashOffset);
        _reader.Begin(group);
        for (uint row = _reader.Next(group); row != 0; row = _reader.Next(group))
        {
            _departures.Add(row, hash);
        }

        Groups.Drop(group, slot, hash);
    }

    /// <summary>Adds the rows of a group from a position on, as far as its ranks are asked for and below another position.</summary>
    public void List(byte* group, uint position, uint below, NativeList<RankEntry> target) =>
        _reader.List(group, position, below, target);

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        Groups.Dispose();
        _heads.Dispose();
        _encoder.Dispose();
        _words.Dispose();
        _hashes.Dispose();
        _arrivals.Dispose();
        _departures.Dispose();
        _reader.Dispose();
    }

    /// <summary>Lets the rows of a group go whose time is over: nobody asks for them any more.</summary>
    private void Forget(byte* group)
    {
        _reader.Begin(group);
        for (uint row = _reader.Next(group); row != 0; row = _reader.Next(group))
        {
            _departures.Expire(row);
        }
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
        byte* row = _arrivals.Add(input, head, nulls, _sequence++, out uint slot);
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
        if (!_arrivals.TryForget(slot, row, hash))
        {
            _departures.Add(slot, hash);
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
                _departures.Add(slot, hash);
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
            _departures.Add(slot, hash);
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
