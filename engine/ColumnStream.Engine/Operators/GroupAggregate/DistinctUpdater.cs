using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Finds each (group, value) once for all DISTINCT aggregates over one value, and passes on what is new to each.</summary>
/// <remarks>
/// Over inserts a row of the set holds a bit an aggregate, and what a small cache knows to be seen already needs no search:
/// streams repeat themselves. Over updates it holds a count an aggregate. Keys of the set are the key words of the group's row
/// and the value's, so that nothing is encoded twice.
/// </remarks>
internal sealed unsafe class DistinctUpdater : IDisposable
{
    private const ulong KeyGroupBits = 0xFFFF_0000_0000_0000;
    private readonly AggregatePlan _plan;
    private readonly ValueSet _set;
    private readonly int[] _members;
    private readonly int[] _countOffsets;
    private readonly int _head;
    private readonly BufferAllocator _account;
    private readonly KeyEncoder _values;
    private readonly KeyEncoder _whole;
    private readonly NativeList<ulong> _tails;
    private readonly NativeList<ulong> _words;
    private readonly NativeList<sbyte> _passed;
    private readonly SeenCache _cache;
    private readonly ArrayData[] _columns;
    private bool _isPrepared;
    private bool _isOpen;

    /// <summary>Prepares for the set of call <paramref name="owner"/> and of those that share it.</summary>
    public DistinctUpdater(AggregatePlan plan, int owner, BufferAllocator account)
    {
        _plan = plan;
        _set = plan.Sets[owner]!;
        _members = plan.MembersOf(owner);
        _account = account;
        _head = plan.Heads[owner];
        _countOffsets = new int[_members.Length];
        for (int j = 0; j < _members.Length; j++)
        {
            Accumulator accumulator = plan.Accumulators[_members[j]];
            _countOffsets[j] = accumulator is CountAccumulator ? accumulator.Offset : -1;
        }

        _values = new KeyEncoder(_set.ValueLayout, account);
        _whole = new KeyEncoder(_set.Layout, account);
        _tails = new NativeList<ulong>(account);
        _words = new NativeList<ulong>(account);
        _passed = new NativeList<sbyte>(account);
        _cache = new SeenCache(account);
        _columns = new ArrayData[_set.Layout.Keys.Count];
    }

    /// <summary>Gets or sets a column that tells groups of one key apart, and stands before the value's columns; null for none.</summary>
    public ArrayData? GroupValue { get; set; }

    /// <summary>Folds a block of rows into the set and what is new into the groups' rows.</summary>
    /// <param name="tables">The groups and the sets beside them.</param>
    /// <param name="values">The set's table.</param>
    /// <param name="keys">The group's columns.</param>
    /// <param name="arguments">The value's columns.</param>
    /// <param name="length">Rows of the batch.</param>
    /// <param name="block">The block: its rows, groups and hashes.</param>
    /// <param name="signs">A sign a row for each aggregate that shares the set, or null for +1; over inserts 0 or 1.</param>
    public void Update(
        GroupTables tables,
        StateTable values,
        ReadOnlySpan<ArrayData> keys,
        ReadOnlySpan<ArrayData> arguments,
        int length,
        in GroupBlock block,
        sbyte** signs)
    {
        ReadOnlySpan<ArrayData> told = GroupValue is null ? arguments : [GroupValue, .. arguments];
        Prepare(told, length);
        byte* bits = stackalloc byte[StateTable.BlockRows];
        Span<sbyte> passed = Passed();
        bool any;
        if (_plan.InsertOnly)
        {
            MergeSigns(signs, block.Count, bits);
            any = See(tables, values, keys, told, block, bits);
        }
        else
        {
            any = Count(values, keys, told, block, signs, bits);
        }

        for (int j = 0; any && j < _members.Length; j++)
        {
            if (_countOffsets[j] < 0)
            {
                fixed (sbyte* own = passed[(j * StateTable.BlockRows)..])
                {
                    _plan.Accumulators[_members[j]].Accumulate(
                        arguments, block.At, block.Count, block.Rows, own, tables.Groups.Heap);
                }
            }
        }
    }

    /// <summary>Drops values that nobody has any more.</summary>
    public void Finish(StateTable groups, StateTable values)
    {
        if (!_isOpen)
        {
            return;
        }

        _isOpen = false;
        for (int t = 0; t < values.TouchedCount; t++)
        {
            byte* row = values.TouchedRows[t];
            bool isHeld = false;
            for (int j = 0; j < _members.Length; j++)
            {
                isHeld |= *(long*)(row + _set.CountOf(j)) > 0;
            }

            bool isNew = (values.TouchedImage(t)[4] & RowStore.Dead) != 0;
            if (_head >= 0 && isHeld == isNew)
            {
                var head = (long*)(groups.Rows.Row((uint)*(long*)(row + _set.Group)) + _head);
                if (isNew)
                {
                    _set.Link(values, row, values.TouchedSlots[t], head);
                }
                else
                {
                    _set.Unlink(values, row, head);
                }
            }

            if (!isHeld)
            {
                values.Delete(row, values.TouchedSlots[t], values.TouchedHashes[t]);
            }
        }
    }

    /// <summary>Forgets the batch.</summary>
    public void Release() => _isPrepared = false;

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _whole.Dispose();
        _tails.Dispose();
        _words.Dispose();
        _passed.Dispose();
        _cache.Dispose();
    }

    private void Prepare(ReadOnlySpan<ArrayData> arguments, int length)
    {
        if (!_isPrepared)
        {
            _isPrepared = true;
            _values.Encode(arguments, length);
            KeyHash.Hash(arguments, length, new Span<ulong>(_tails.Reserve(Math.Max(1, length)), length));
        }
    }

    private Span<sbyte> Passed()
    {
        int size = _members.Length * StateTable.BlockRows;
        var passed = new Span<sbyte>(_passed.Reserve(size), size);
        foreach (int offset in _countOffsets)
        {
            if (offset < 0)
            {
                passed.Clear();
                break;
            }
        }

        return passed;
    }

    /// <summary>Makes a byte a row with a bit for each aggregate that takes the row.</summary>
    private void MergeSigns(sbyte** signs, int count, byte* bits)
    {
        byte all = 0;
        for (int j = 0; j < _members.Length; j++)
        {
            all |= (byte)(signs[j] is null ? 1 << j : 0);
        }

        new Span<byte>(bits, count).Fill(all);
        for (int j = 0; j < _members.Length; j++)
        {
            sbyte* own = signs[j];
            if (own is null)
            {
                continue;
            }

            int i = 0;
            for (; i + 32 <= count; i += 32)
            {
                // Signs are 0 or 1, so that a bit never leaves its byte.
                Vector256<byte> merged = Vector256.Load(bits + i) | (Vector256.Load((ulong*)(own + i)) << j).AsByte();
                merged.Store(bits + i);
            }

            for (; i < count; i++)
            {
                bits[i] |= (byte)(own[i] << j);
            }
        }
    }

    /// <summary>Sets bits; returns whether something new goes to an aggregate that does not only count.</summary>
    private bool See(
        GroupTables tables,
        StateTable values,
        ReadOnlySpan<ArrayData> keys,
        ReadOnlySpan<ArrayData> arguments,
        in GroupBlock block,
        byte* bits)
    {
        int* picked = stackalloc int[StateTable.BlockRows];
        bool hasCache = _values.Shape == KeyShape.Word && !_values.HasNulls;
        int count = 0;
        if (hasCache)
        {
            _cache.Bind(values, tables.Groups);
            count = _cache.Pick(_values.Words + block.At, block.Slots, bits, block.Count, picked);
        }
        else
        {
            for (int i = 0; i < block.Count; i++)
            {
                picked[count] = i;
                count += bits[i] != 0 ? 1 : 0;
            }
        }

        if (count == 0)
        {
            return false;
        }

        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        Find(values, keys, arguments, block, picked, count, rows, slots);
        bool any = false;
        ulong* words = _values.Words + block.At;
        for (int k = 0; k < count; k++)
        {
            int i = picked[k];
            var seen = (ulong*)(rows[k] + _set.Count);
            if (_head >= 0 && *seen == 0)
            {
                _set.Link(values, rows[k], slots[k], (long*)(block.Rows[i] + _head));
            }

            ulong now = *seen | bits[i];
            ulong fresh = now & ~*seen;
            *seen = now;
            *(long*)(rows[k] + _set.Group) = block.Slots[i];
            if (hasCache)
            {
                _cache.Learn(words[i], block.Slots[i], (byte)now);
            }

            for (; fresh != 0; fresh &= fresh - 1)
            {
                any |= Pass(BitOperations.TrailingZeroCount(fresh), i, 1, block.Rows[i]);
            }
        }

        return any;
    }

    /// <summary>Counts values; returns whether something new goes to an aggregate that does not only count.</summary>
    private bool Count(
        StateTable values,
        ReadOnlySpan<ArrayData> keys,
        ReadOnlySpan<ArrayData> arguments,
        in GroupBlock block,
        sbyte** signs,
        byte* bits)
    {
        if (!_isOpen)
        {
            values.BeginBatch();
            _isOpen = true;
        }

        int* picked = stackalloc int[StateTable.BlockRows];
        int count = 0;
        for (int i = 0; i < block.Count; i++)
        {
            int taken = 0;
            for (int j = 0; j < _members.Length; j++)
            {
                taken |= signs[j] is null ? 1 : signs[j][i];
            }

            bits[i] = 0;
            picked[count] = i;
            count += taken != 0 ? 1 : 0;
        }

        if (count == 0)
        {
            return false;
        }

        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        Find(values, keys, arguments, block, picked, count, rows, slots);
        bool any = false;
        for (int k = 0; k < count; k++)
        {
            int i = picked[k];
            *(long*)(rows[k] + _set.Group) = block.Slots[i];
            for (int j = 0; j < _members.Length; j++)
            {
                long* counted = (long*)(rows[k] + _set.CountOf(j));
                long before = *counted;
                *counted = before + (signs[j] is null ? 1 : signs[j][i]);
                int change = (*counted > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
                if (change != 0)
                {
                    any |= Pass(j, i, change, block.Rows[i]);
                }
            }
        }

        return any;
    }

    /// <summary>Counts a value for an aggregate, or notes its sign; returns whether it was noted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Pass(int member, int index, int sign, byte* group)
    {
        int offset = _countOffsets[member];
        if (offset >= 0)
        {
            *(long*)(group + offset) += sign;
            return false;
        }

        _passed.Pointer[(member * StateTable.BlockRows) + index] = (sbyte)sign;
        return true;
    }

    /// <summary>Finds or creates the rows of the picked input rows of a block, and touches them.</summary>
    private void Find(
        StateTable values,
        ReadOnlySpan<ArrayData> keys,
        ReadOnlySpan<ArrayData> arguments,
        in GroupBlock block,
        int* picked,
        int count,
        byte** rows,
        uint* slots)
    {
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        ulong* tails = _tails.Pointer + block.At;
        for (int k = 0; k < count; k++)
        {
            ulong group = block.Hashes[picked[k]];
            hashes[k] = (group & KeyGroupBits) | (Hash64.Combine(group, tails[picked[k]]) & ~KeyGroupBits);
        }

        if (_set.Layout.NullWords > 0)
        {
            Gather(keys, arguments, new ReadOnlySpan<int>(picked, count), block.At);
            values.FindOrCreate(_whole, hashes, 0, count, rows, slots);
        }
        else
        {
            ushort* nulls = stackalloc ushort[StateTable.BlockRows];
            ulong* words = Join(block, picked, count, nulls);
            values.FindOrCreate(words, nulls, _whole.Shape, hashes, count, rows, slots);
        }

        values.Touch(rows, slots, hashes, count);
        foreach (ref ArrayData column in _columns.AsSpan())
        {
            column?.Release();
            column = null!;
        }
    }

    /// <summary>Puts the key words of each group's row before those of the value.</summary>
    private ulong* Join(in GroupBlock block, int* picked, int count, ushort* nulls)
    {
        int width = _set.Layout.KeyWords;
        int groupWords = _plan.Layout.KeyWords;
        int valueWords = width - groupWords;
        int shift = _plan.Layout.Keys.Count;
        ulong* words = _words.Reserve(StateTable.BlockRows * width);
        ulong* target = words;
        for (int k = 0; k < count; k++)
        {
            var group = (ulong*)(block.Rows[picked[k]] + StateLayout.HeaderBytes);
            ulong* value = _values.Words + ((long)(block.At + picked[k]) * valueWords);
            for (int w = 0; w < groupWords; w++)
            {
                *target++ = group[w];
            }

            for (int w = 0; w < valueWords; w++)
            {
                *target++ = value[w];
            }

            int groupNulls = groupWords == 0 ? 0 : *(ushort*)(block.Rows[picked[k]] + 6);
            nulls[k] = (ushort)(groupNulls | (_values.Nulls[block.At + picked[k]] << shift));
        }

        return words;
    }

    /// <summary>Encodes (keys, arguments) of the picked rows, where the null bits of a key are words of their own.</summary>
    private void Gather(ReadOnlySpan<ArrayData> keys, ReadOnlySpan<ArrayData> arguments, ReadOnlySpan<int> picked, int at)
    {
        Span<int> rows = stackalloc int[picked.Length];
        for (int k = 0; k < rows.Length; k++)
        {
            rows[k] = at + picked[k];
        }

        for (int i = 0; i < keys.Length; i++)
        {
            _columns[i] = TakeKernel.Take(keys[i], rows, _account);
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            _columns[keys.Length + i] = TakeKernel.Take(arguments[i], rows, _account);
        }

        _whole.Encode(_columns, rows.Length);
    }
}
