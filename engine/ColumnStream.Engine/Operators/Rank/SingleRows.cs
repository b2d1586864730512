using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Keeps one row a partition, found by the partition: O(1) a row.</summary>
/// <remarks>
/// <code>
/// row   partition | order | rest | sent | word of the order | candidate of this batch
/// </code>
/// A batch first looks for the best row of each partition it has; only those are stored.
/// </remarks>
internal sealed unsafe class SingleRows : IDisposable
{
    private readonly KeyEncoder _heads;
    private readonly KeyEncoder _encoder;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<ulong> _words;
    private readonly NativeList<byte> _scratch;
    private readonly int _candidate;
    private int _restores;

    /// <summary>Lays out rows.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="keepsRows">Whether rows are kept, or only that there was one.</param>
    /// <param name="context">Pages and account.</param>
    /// <param name="ttl">When partitions that nothing changes are forgotten, or null.</param>
    public SingleRows(RankColumns columns, bool keepsRows, OperatorContext context, StateTtl? ttl = null)
    {
        Columns = columns;
        Layout = new StateLayout(
            keepsRows ? columns.Fields : columns.Head.Keys,
            [
                new StateCell("sent", CellType.Int64),
                new StateCell("word", CellType.Int64) { IsTransient = true },
                new StateCell("candidate", CellType.Int64) { IsTransient = true },
            ],
            columns.PartitionCount,
            identityColumns: columns.PartitionCount,
            hasTime: ttl is not null);
        (Sent, Word, _candidate) = (Layout.CellOffsets[0], Layout.CellOffsets[1], Layout.CellOffsets[2]);
        State = new KeyedState("rows", Layout, context.Pages, context.Allocator, context.KeyGroups, ttl: ttl);
        Order = new RowOrder(Layout, columns.SortKeys);
        _heads = new KeyEncoder(columns.Head, context.Allocator);
        _encoder = new KeyEncoder(Layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _words = new NativeList<ulong>(context.Allocator);
        _scratch = new NativeList<byte>(context.Allocator);
        Touched = new NativeList<Candidate>(context.Allocator);
    }

    /// <summary>Gets the columns.</summary>
    public RankColumns Columns { get; }

    /// <summary>Gets the layout of a row.</summary>
    public StateLayout Layout { get; }

    /// <summary>Gets what checkpoints hold.</summary>
    public KeyedState State { get; }

    /// <summary>Gets the order.</summary>
    public RowOrder Order { get; }

    /// <summary>Gets the partitions that this batch has a better row for, in order of the first.</summary>
    public NativeList<Candidate> Touched { get; }

    /// <summary>Gets where it stands whether a row was sent for good.</summary>
    public int Sent { get; }

    /// <summary>Gets where the word of the order stands.</summary>
    public int Word { get; }

    /// <summary>Begins a batch; returns whether a restore came before it: then words were made anew.</summary>
    public bool BeginBatch()
    {
        State.Table.BeginUnlisted();
        if (_restores == State.Restores)
        {
            return false;
        }

        _restores = State.Restores;
        uint next = 1;
        for (byte* row = State.Table.WalkLive(ref next); row is not null; row = State.Table.WalkLive(ref next))
        {
            *(ulong*)(row + Word) = Order.Word(row);
            *(long*)(row + _candidate) = 0;
        }

        return true;
    }

    /// <summary>Looks for the best row of each partition, against the one that is kept.</summary>
    /// <param name="columns">The columns of the batch as rows have them.</param>
    /// <param name="length">The number of rows.</param>
    /// <param name="preference">Which of two rows is kept.</param>
    public void Choose(ArrayData[] columns, int length, Preference preference)
    {
        ulong* hashes = _hashes.Reserve(Math.Max(1, length));
        ulong* words = _words.Reserve(Math.Max(1, length));
        StateTable table = State.Table;
        Layout.Hash(columns.AsSpan(0, Columns.PartitionCount), length, hashes);
        _heads.Encode(columns.AsSpan(0, Columns.HeadCount), length);
        Order.Words(_heads.Words, _heads.Nulls, Columns.Head.KeyWords, length, words);
        Touched.Count = 0;
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = 0; at < length; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, length - at);
            table.FindOrCreateHeads(_heads, Columns.Head.KeyWords, hashes, at, count, rows, slots);
            uint current = table.Rows.Sequence;
            for (int i = 0; i < count; i++)
            {
                Choose(rows[i], slots[i], at + i, words[at + i], *(uint*)rows[i] == current, preference);
            }
        }

        for (int i = 0; i < Touched.Count; i++)
        {
            ref Candidate candidate = ref Touched.Pointer[i];
            ref long place = ref *(long*)(candidate.Row + _candidate);
            candidate.Input = (int)(place - 1);
            place = 0;
        }
    }

    /// <summary>Stores the chosen rows, whose columns are given in the order of <see cref="Touched"/>.</summary>
    public void Store(ArrayData[] columns)
    {
        int count = Touched.Count;
        StateTable table = State.Table;
        _encoder.Encode(columns, count);
        int stride = Layout.KeyWords;
        for (int i = 0; i < count; i++)
        {
            Candidate candidate = Touched.Pointer[i];
            table.Rows.Touch((byte*)candidate.Row, candidate.Slot);
            RowWords.Store(
                table, (byte*)candidate.Row, _encoder.Words + ((long)i * stride), _encoder.Nulls + i, Layout.IdentityWords,
                stride, candidate.IsNew);
        }
    }

    /// <summary>Forgets all of a touched row but its partition.</summary>
    public void Empty(byte* row)
    {
        ulong* zeros = (ulong*)_scratch.Reserve(2 * Layout.Stride);
        new Span<byte>(zeros, Layout.Stride).Clear();
        ushort nulls = (ushort)(*(ushort*)(row + Layout.NullOffset) & ((1 << Columns.PartitionCount) - 1));
        if (Layout.NullWords > 0)
        {
            zeros[0] = nulls;
            nulls = 0;
        }

        RowWords.Store(State.Table, row, zeros, &nulls, Layout.IdentityWords, Layout.KeyWords, isNew: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        State.Dispose();
        _heads.Dispose();
        _encoder.Dispose();
        _hashes.Dispose();
        _words.Dispose();
        _scratch.Dispose();
        Touched.Dispose();
    }

    private void Choose(byte* row, uint slot, int input, ulong word, bool isTouched, Preference preference)
    {
        ref long place = ref *(long*)(row + _candidate);
        if (place == 0)
        {
            // Rows of this batch without a candidate were made by it.
            if (isTouched || IsBetter(input, word, row, *(ulong*)(row + Word), stored: true, preference))
            {
                Touched.Add(new Candidate { Row = (nint)row, Slot = slot, IsNew = isTouched });
                place = input + 1;
                *(ulong*)(row + Word) = word;
            }
        }
        else if (IsBetter(input, word, row, *(ulong*)(row + Word), stored: false, preference))
        {
            place = input + 1;
            *(ulong*)(row + Word) = word;
        }
    }

    private bool IsBetter(int input, ulong word, byte* row, ulong best, bool stored, Preference preference)
    {
        if (preference is Preference.Earlier or Preference.Later)
        {
            return preference == Preference.Later;
        }

        if (word != best || Order.IsTie(word))
        {
            return word < best || (word == best && preference == Preference.BestLater);
        }

        byte* left = Scratch(input, 0);
        byte* right = stored ? row : Scratch((int)*(long*)(row + _candidate) - 1, 1);
        int order = Order.Compare(left, right);
        return order < 0 || (order == 0 && preference == Preference.BestLater);
    }

    /// <summary>Makes a row of an input row's head.</summary>
    private byte* Scratch(int input, int which)
    {
        int words = Columns.Head.KeyWords;
        byte* row = _scratch.Reserve(2 * Layout.Stride) + (which * Layout.Stride);
        new Span<ulong>(_heads.Words + ((long)input * words), words).CopyTo(
            new Span<ulong>(row + StateLayout.HeaderBytes + (8 * Layout.NullWords), words));
        *(ushort*)(row + Layout.NullOffset) = _heads.Nulls[input];
        return row;
    }

    /// <summary>Is a partition with the row that it gets.</summary>
    internal struct Candidate
    {
        public nint Row;
        public uint Slot;
        public int Input;
        public bool IsNew;
    }

    /// <summary>Says which of two rows is kept.</summary>
    internal enum Preference : byte
    {
        /// <summary>The one that came first.</summary>
        Earlier,

        /// <summary>The one that came last.</summary>
        Later,

        /// <summary>The first in order; of equals the one that came first.</summary>
        BestEarlier,

        /// <summary>The first in order; of equals the one that came last.</summary>
        BestLater,
    }
}
