using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Folds rows of a batch into groups, block by block: find, touch, accumulate.</summary>
internal sealed unsafe class GroupUpdater : IDisposable
{
    private readonly AggregatePlan _plan;
    private readonly BufferAllocator _account;
    private readonly KeyEncoder _keys;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<sbyte>[] _signs;
    private readonly NativeList<sbyte> _kindSigns;
    private readonly bool[] _hasSigns;
    private readonly int[] _signsOf;
    private readonly int[] _signNumbers;
    private readonly FusionPlan _fusion;
    private readonly bool[] _signsHaveNulls;
    private readonly ValueSetUpdater?[] _sets;
    private readonly DistinctUpdater?[] _distinct;
    private readonly int[][] _members;
    private readonly ArrayData[] _keyColumns;
    private readonly ArrayData[][] _arguments;
    private readonly bool _onlyCounts;
    private readonly PartialCells? _partial;
    private readonly RowCache _cache;
    private RecordBatch _batch = null!;
    private bool _retracts;

    /// <summary>Prepares for batches of one plan.</summary>
    public GroupUpdater(AggregatePlan plan, BufferAllocator account, StateLayout? keyLayout = null)
    {
        _plan = plan;
        _account = account;
        _keys = new KeyEncoder(keyLayout ?? plan.Layout, account);
        _hashes = new NativeList<ulong>(account);
        _kindSigns = new NativeList<sbyte>(account);
        _signs = new NativeList<sbyte>[plan.Calls.Count];
        _hasSigns = new bool[plan.Calls.Count];
        _signsOf = new int[plan.Calls.Count];
        _signNumbers = new int[plan.Calls.Count];
        _fusion = new FusionPlan(plan);
        _signsHaveNulls = new bool[plan.Calls.Count];
        _sets = new ValueSetUpdater?[plan.Calls.Count];
        _distinct = new DistinctUpdater?[plan.Calls.Count];
        _members = new int[plan.Calls.Count][];
        _keyColumns = new ArrayData[plan.Keys.Count];
        _arguments = new ArrayData[plan.Calls.Count][];
        _cache = new RowCache(account);
        _partial = plan.IsPartial ? new PartialCells(plan, account) : null;
        _onlyCounts = !plan.IsPartial && plan.Keys.Count > 0 && plan.RowCountOffset < 0
            && plan.Accumulators is [CountAccumulator] && !plan.IsDistinct(0);
        for (int i = 0; i < _signs.Length; i++)
        {
            _signs[i] = new NativeList<sbyte>(account);
            _arguments[i] = new ArrayData[plan.Calls[i].Arguments.Count];
            _members[i] = plan.MembersOf(i);
            if (_members[i].Length > 0)
            {
                _distinct[i] = new DistinctUpdater(plan, i, account);
            }
            else if (plan.Sets[i] is ValueSet set)
            {
                _sets[i] = new ValueSetUpdater(set, plan.Accumulators[i], plan.Heads[i], account);
            }
        }
    }

    /// <summary>Gets the encoded keys of the prepared batch.</summary>
    public KeyEncoder Keys => _keys;

    /// <summary>Gets whether each row of the prepared batch adds 1 to one cell, and nothing else.</summary>
    public bool OnlyCounts => _onlyCounts && !_hasSigns[0];

    /// <summary>Gets or sets a column that tells groups of one key apart, for their values; null for none.</summary>
    public ArrayData? GroupValue { get; set; }

    /// <summary>Hashes and encodes the keys of a batch and works out signs; the batch is borrowed until the next call.</summary>
    public void Prepare(RecordBatch batch, RowKind* kinds)
    {
        if (kinds is not null && _plan.InsertOnly && HasRetraction(kinds, batch.Length))
        {
            throw new InvariantException(9001, "Aggregate over inserts got a retraction.");
        }

        _batch = batch;
        int length = batch.Length;
        for (int i = 0; i < _keyColumns.Length; i++)
        {
            _keyColumns[i] = batch.Columns[_plan.Keys[i]];
        }

        _hashes.Count = 0;
        _keys.Encode(_keyColumns, length);
        _retracts = kinds is not null && !_plan.InsertOnly;
        if (_retracts)
        {
            _kindSigns.Count = 0;
            sbyte* signs = _kindSigns.Reserve(length);
            for (int i = 0; i < length; i++)
            {
                signs[i] = kinds[i] is RowKind.Insert or RowKind.UpdateAfter ? (sbyte)1 : (sbyte)-1;
            }
        }

        if (_plan.IsPartial)
        {
            return;
        }

        for (int i = 0; i < _signs.Length; i++)
        {
            PrepareSigns(i, length);
            _signNumbers[i] = _hasSigns[i] ? _signsOf[i] : -1;
        }

        _fusion.Decide(_signNumbers);
    }

    /// <summary>Adds rows [at, at + count) of the prepared batch, at most a block, to rows that the caller found.</summary>
    public void Accumulate(GroupTables tables, int at, int count, byte** rows)
    {
        CountRows(rows, at, count);
        var block = new GroupBlock(at, count, rows, null, null);
        _fusion.Accumulate(_arguments, at, count, rows, _signs);
        for (int i = 0; i < _plan.Accumulators.Length; i++)
        {
            if (!_fusion.IsDone(i))
            {
                AccumulateCall(i, tables, block);
            }
        }
    }

    /// <summary>Folds rows [start, end) of the prepared batch into <paramref name="tables"/>.</summary>
    public void Update(GroupTables tables, int start, int end)
    {
        byte** rows = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int at = start; at < end; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, end - at);
            if (_onlyCounts && !_hasSigns[0] && tables.Groups.CanFold)
            {
                FoldCounts(tables.Groups, at, count);
                continue;
            }

            ulong* hashes = Hashes();

            if (_plan.Keys.Count == 0)
            {
                FindOnlyGroup(tables.Groups, hashes, at, count, rows, slots);
            }
            else
            {
                tables.Groups.FindOrCreate(_keys, hashes, at, count, rows, slots);
                tables.Groups.Touch(rows, slots, hashes + at, count);
            }

            if (_partial is not null)
            {
                _partial.Merge(_batch, at, count, rows, tables.Groups.Heap);
                continue;
            }

            Accumulate(tables, new GroupBlock(at, count, rows, slots, hashes + at));
        }

        Finish(tables);
    }

    /// <summary>Folds rows of the prepared batch, at most a block, into groups that are found and touched.</summary>
    public void Accumulate(GroupTables tables, in GroupBlock block)
    {
        if (_plan.RowCountOffset >= 0)
        {
            CountRows(block.Rows, block.At, block.Count);
        }

        _fusion.Accumulate(_arguments, block.At, block.Count, block.Rows, _signs);
        for (int i = 0; i < _plan.Accumulators.Length; i++)
        {
            if (_fusion.IsDone(i))
            {
                continue;
            }

            if (!_plan.IsDistinct(i))
            {
                AccumulateCall(i, tables, block);
            }
            else if (_distinct[i] is DistinctUpdater distinct)
            {
                AccumulateDistinct(distinct, i, tables, block);
            }
        }
    }

    /// <summary>Settles the values that were counted since the last call.</summary>
    public void Finish(GroupTables tables)
    {
        for (int i = 0; i < _sets.Length; i++)
        {
            _sets[i]?.Finish(tables.Groups, tables.Values[i]!);
            _distinct[i]?.Finish(tables.Groups, tables.Values[i]!);
        }
    }

    /// <summary>Notes that <see cref="GroupValue"/> has other values now.</summary>
    public void ChangeGroupValue()
    {
        foreach (DistinctUpdater? distinct in _distinct)
        {
            distinct?.Release();
        }
    }

    /// <summary>Forgets the batch.</summary>
    public void Release()
    {
        _batch = null!;
        Array.Clear(_keyColumns);
        foreach (ArrayData[] arguments in _arguments)
        {
            Array.Clear(arguments);
        }

        ChangeGroupValue();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _hashes.Dispose();
        _cache.Dispose();
        _kindSigns.Dispose();
        _partial?.Dispose();
        for (int i = 0; i < _signs.Length; i++)
        {
            _signs[i].Dispose();
            _sets[i]?.Dispose();
            _distinct[i]?.Dispose();
        }
    }

    /// <summary>Counts in one pass; keys of one word by the cache, which needs no hashes.</summary>
    private void FoldCounts(StateTable groups, int at, int count)
    {
        var update = new CountUpdate(_plan.Accumulators[0].Offset);
        if (_keys.Shape != KeyShape.Word || _keys.HasNulls || !groups.TryFold(_keys, at, count, update, _cache))
        {
            groups.Fold(_keys, Hashes(), at, count, update);
        }
    }

    /// <summary>Hashes the keys of the batch at first use.</summary>
    public ulong* Hashes()
    {
        if (_hashes.Count == 0)
        {
            int length = _batch.Length;
            ulong* hashes = _hashes.Reserve(Math.Max(1, length));
            KeyHash.Hash(_keyColumns, length, new Span<ulong>(hashes, length));
            _hashes.Count = length;
        }

        return _hashes.Pointer;
    }

    private void FindOnlyGroup(StateTable groups, ulong* hashes, int at, int count, byte** rows, uint* slots)
    {
        groups.FindOrCreate(_keys, hashes, at, 1, rows, slots);
        groups.Touch(rows, slots, hashes + at, 1);
        for (int i = 1; i < count; i++)
        {
            rows[i] = rows[0];
            slots[i] = slots[0];
        }
    }

    private static bool HasRetraction(RowKind* kinds, int length)
    {
        for (int i = 0; i < length; i++)
        {
            if (kinds[i] is RowKind.UpdateBefore or RowKind.Delete)
            {
                return true;
            }
        }

        return false;
    }

    private void CountRows(byte** rows, int at, int count)
    {
        int offset = _plan.RowCountOffset;
        sbyte* signs = _kindSigns.Pointer + at;
        for (int i = 0; i < count; i++)
        {
            *(long*)(rows[i] + offset) += _retracts ? signs[i] : 1;
        }
    }

    private void AccumulateCall(int call, GroupTables tables, in GroupBlock block)
    {
        ReadOnlySpan<ArrayData> arguments = _arguments[call];
        sbyte* signs = SignsOf(call, block.At);
        if (_sets[call] is ValueSetUpdater set)
        {
            ReadOnlySpan<ArrayData> keys = GroupValue is null ? _keyColumns : [.. _keyColumns, GroupValue];
            signs = set.Update(
                tables.Values[call]!, keys, arguments, block.At, block.Count, block.Rows, block.Slots, signs);
        }

        try
        {
            _plan.Accumulators[call].Accumulate(arguments, block.At, block.Count, block.Rows, signs, tables.Groups.Heap);
        }
        catch (EvaluationException error)
        {
            throw EvaluationErrors.ToUser(error);
        }
    }

    private void AccumulateDistinct(DistinctUpdater distinct, int call, GroupTables tables, in GroupBlock block)
    {
        int[] members = _members[call];
        sbyte** signs = stackalloc sbyte*[members.Length];
        for (int j = 0; j < members.Length; j++)
        {
            signs[j] = SignsOf(members[j], block.At);
        }

        try
        {
            distinct.GroupValue = GroupValue;
            distinct.Update(tables, tables.Values[call]!, _keyColumns, _arguments[call], _batch.Length, block, signs);
        }
        catch (EvaluationException error)
        {
            throw EvaluationErrors.ToUser(error);
        }
    }

    private sbyte* SignsOf(int call, int at) => _hasSigns[call] ? _signs[_signsOf[call]].Pointer + at : null;

    /// <summary>Combines row kind, null argument and filter into one sign a row; none when all are +1.</summary>
    private void PrepareSigns(int call, int length)
    {
        AggregateCall facts = _plan.Calls[call];
        bool hasNulls = false;
        for (int k = 0; k < facts.Arguments.Count; k++)
        {
            ArrayData argument = _batch.Columns[facts.Arguments[k]];
            _arguments[call][k] = argument;
            hasNulls |= argument.NullCount > 0 && !_plan.Accumulators[call].TakesNulls;
        }

        bool hasFilter = facts.Filter >= 0;
        _hasSigns[call] = _retracts || hasNulls || hasFilter;
        _signsOf[call] = call;
        if (!_hasSigns[call])
        {
            return;
        }

        // Calls with one filter have the same signs where no argument is NULL.
        for (int earlier = 0; !hasNulls && earlier < call; earlier++)
        {
            if (_hasSigns[earlier] && _plan.Calls[earlier].Filter == facts.Filter && !_signsHaveNulls[_signsOf[earlier]])
            {
                _signsOf[call] = _signsOf[earlier];
                return;
            }
        }

        _signsHaveNulls[call] = hasNulls;
        _signs[call].Count = 0;
        sbyte* signs = _signs[call].Reserve(length);
        if (_retracts)
        {
            Buffer.MemoryCopy(_kindSigns.Pointer, signs, length, length);
        }
        else
        {
            new Span<sbyte>(signs, length).Fill(1);
        }

        for (int k = 0; hasNulls && k < facts.Arguments.Count; k++)
        {
            ArrayData argument = _arguments[call][k];
            if (argument.NullCount > 0 && argument.Validity is not null)
            {
                SignMask.Apply(argument.Validity, length, signs);
            }
            else if (argument.NullCount > 0)
            {
                new Span<sbyte>(signs, length).Clear();
            }
        }

        if (hasFilter)
        {
            var filter = (BooleanArray)_batch.Columns[facts.Filter];
            SignMask.Apply(filter.Bits, length, signs);
            if (filter.NullCount > 0)
            {
                SignMask.Apply(filter.Validity, length, signs);
            }
        }
    }
}
