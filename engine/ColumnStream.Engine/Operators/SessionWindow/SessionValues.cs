using System;
using System.Collections.Generic;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.Operators.WindowAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.SessionWindow;

/// <summary>Merges the aggregates of sessions, and keeps the values that DISTINCT and retracted extremes count by session.</summary>
/// <remarks>Values are chained from their session, so that they move with it and go with it.</remarks>
internal sealed unsafe class SessionValues : IDisposable
{
    private readonly AggregatePlan _plan;
    private readonly SessionTables _sessions;
    private readonly BufferAllocator _account;
    private readonly KeyedState?[] _states;
    private readonly KeyEncoder?[] _encoders;
    private readonly int[][] _members;
    private readonly NativeList<nint> _rows;
    private readonly NativeList<uint> _slots;

    /// <summary>Makes a table for each aggregate that needs one; they are added to <paramref name="states"/>.</summary>
    public SessionValues(AggregatePlan plan, SessionTables sessions, OperatorContext context, List<OperatorState> states)
    {
        _plan = plan;
        _sessions = sessions;
        _account = context.Allocator;
        _rows = new NativeList<nint>(context.Allocator);
        _slots = new NativeList<uint>(context.Allocator);
        _states = new KeyedState?[plan.Sets.Length];
        _encoders = new KeyEncoder?[plan.Sets.Length];
        _members = new int[plan.Sets.Length][];
        Tables = new StateTable?[plan.Sets.Length];
        for (int i = 0; i < plan.Sets.Length; i++)
        {
            if (plan.Sets[i] is ValueSet set)
            {
                string name = $"values.{plan.Calls[i].StateId}";
                var state = new KeyedState(name, set.Layout, context.Pages, context.Allocator, context.KeyGroups)
                {
                    IsOfAggregate = true,
                };
                states.Add(state);
                _states[i] = state;
                _members[i] = plan.MembersOf(i);
                _encoders[i] = new KeyEncoder(set.Layout, context.Allocator);
                Tables[i] = state.Table;
                HasSets = true;
            }
        }
    }

    /// <summary>Gets a table a call, or null.</summary>
    public StateTable?[] Tables { get; }

    /// <summary>Gets whether some aggregate keeps values.</summary>
    public bool HasSets { get; }

    /// <summary>Adds what a session holds to another one of its key; its values move.</summary>
    public void Merge(byte* kept, uint keptSlot, byte* going)
    {
        if (_plan.RowCountOffset >= 0)
        {
            *(long*)(kept + _plan.RowCountOffset) += *(long*)(going + _plan.RowCountOffset);
        }

        for (int i = 0; i < _plan.Accumulators.Length; i++)
        {
            Accumulator accumulator = _plan.Accumulators[i];
            if (!_plan.IsDistinct(i))
            {
                accumulator.Merge(&kept, &going, 1, _sessions.Sessions.Table.Heap);
            }

            if (_plan.Sets[i] is not null)
            {
                Move(i, kept, keptSlot, going);
            }
        }
    }

    /// <summary>Deletes the values of sessions that are about to go.</summary>
    public void Drop(byte** sessions, int count)
    {
        for (int i = 0; i < _states.Length; i++)
        {
            if (_states[i] is null)
            {
                continue;
            }

            _rows.Count = 0;
            _slots.Count = 0;
            for (int k = 0; k < count; k++)
            {
                Collect(i, sessions[k]);
            }

            Delete(i);
        }
    }

    /// <summary>Links all values to their sessions anew: they were restored.</summary>
    public void Relink()
    {
        for (int i = 0; i < _states.Length; i++)
        {
            if (_states[i] is not null)
            {
                Relink(i);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _slots.Dispose();
        for (int i = 0; i < _states.Length; i++)
        {
            _states[i]?.Dispose();
            _encoders[i]?.Dispose();
        }
    }

    private void Collect(int call, byte* session)
    {
        ValueSet set = _plan.Sets[call]!;
        StateTable values = Tables[call]!;
        for (long slot = *(long*)(session + _plan.Heads[call]); slot != 0;)
        {
            byte* row = values.Rows.Row((uint)slot);
            _rows.Add((nint)row);
            _slots.Add((uint)slot);
            slot = *(long*)(row + set.Next);
        }
    }

    private void Delete(int call)
    {
        StateTable values = Tables[call]!;
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        for (int at = 0; at < _rows.Count; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, _rows.Count - at);
            var rows = (byte**)_rows.Pointer + at;
            ArrayData[] columns = Columns(call, rows, count, null);
            _plan.Sets[call]!.Layout.Hash(columns, count, hashes);
            Release(columns);
            for (int i = 0; i < count; i++)
            {
                values.Delete(rows[i], _slots.Pointer[at + i], hashes[i]);
            }
        }
    }

    /// <summary>Moves the values of a session to another one: values that both have are counted together.</summary>
    private void Move(int call, byte* kept, uint keptSlot, byte* going)
    {
        _rows.Count = 0;
        _slots.Count = 0;
        Collect(call, going);
        ValueSet set = _plan.Sets[call]!;
        StateTable values = Tables[call]!;
        byte** targets = stackalloc byte*[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        ulong* hashes = stackalloc ulong[StateTable.BlockRows];
        for (int at = 0; at < _rows.Count; at += StateTable.BlockRows)
        {
            int count = Math.Min(StateTable.BlockRows, _rows.Count - at);
            var rows = (byte**)_rows.Pointer + at;
            ArrayData[] columns = Columns(call, rows, count, _sessions.BirthOf(kept));
            set.Layout.Hash(columns, count, hashes);
            _encoders[call]!.Encode(columns, count);
            values.FindOrCreate(_encoders[call]!, hashes, 0, count, targets, slots);
            values.Touch(targets, slots, hashes, count);
            for (int i = 0; i < count; i++)
            {
                Take(call, set, kept, keptSlot, targets[i], slots[i], rows[i]);
            }

            Release(columns);
        }

        Delete(call);
    }

    private void Take(int call, ValueSet set, byte* kept, uint keptSlot, byte* target, uint slot, byte* source)
    {
        bool isNew = *(long*)(target + set.Group) == 0;
        if (isNew)
        {
            *(long*)(target + set.Group) = keptSlot;
            set.Link(Tables[call]!, target, slot, (long*)(kept + _plan.Heads[call]));
        }

        if (!_plan.IsDistinct(call))
        {
            *(long*)(target + set.Count) += *(long*)(source + set.Count);
            return;
        }

        int[] members = _members[call];
        ulong fresh = WindowMerger.MergeValue(_plan, set, members.Length, source, target);
        for (; fresh != 0; fresh &= fresh - 1)
        {
            Accumulator accumulator = _plan.Accumulators[members[BitOperations.TrailingZeroCount(fresh)]];
            if (accumulator.TakesNulls && set.IsNull(target))
            {
                accumulator.OfferNull(kept, _sessions.Sessions.Table.Heap);
            }
            else
            {
                accumulator.Offer(kept, target + set.Value, _sessions.Sessions.Table.Heap);
            }
        }
    }

    private void Relink(int call)
    {
        StateTable sessions = _sessions.Sessions.Table;
        StateTable values = Tables[call]!;
        ValueSet set = _plan.Sets[call]!;
        uint next = 1;
        for (byte* row = sessions.WalkLive(ref next); row is not null; row = sessions.WalkLive(ref next))
        {
            *(long*)(row + _plan.Heads[call]) = 0;
        }

        using var encoder = new KeyEncoder(_sessions.HeadLayout, _account);
        byte** heads = stackalloc byte*[1];
        uint* headSlots = stackalloc uint[1];
        ulong* hashes = stackalloc ulong[1];
        int birth = set.Layout.KeyOffsets[_plan.Keys.Count];
        next = 1;
        for (byte* row = values.WalkLive(ref next); row is not null; row = values.WalkLive(ref next))
        {
            byte* one = row;
            _sessions.FindHeads(encoder, &one, 1, heads, headSlots, hashes, set.Layout);
            byte* session = _sessions.Find(heads[0], *(long*)(row + birth), out uint slot);
            if (session is not null)
            {
                *(long*)(row + set.Group) = slot;
                set.Link(values, row, next - 1, (long*)(session + _plan.Heads[call]));
            }
        }
    }

    /// <summary>Makes the key columns of values, under another session where one is given.</summary>
    private ArrayData[] Columns(int call, byte** rows, int count, long? birth)
    {
        StateLayout layout = _plan.Sets[call]!.Layout;
        var columns = new ArrayData[layout.Keys.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = i == _plan.Keys.Count && birth is long value
                ? Constant(value, count) : RowColumns.Key(layout, i, layout.Keys[i].Type, rows, count, _account);
        }

        return columns;
    }

    private FixedWidthArray Constant(long value, int count)
    {
        NativeBuffer values = _account.Allocate(count * 8L);
        new Span<long>(values.Pointer, count).Fill(value);
        return new FixedWidthArray(DataType.Int64, count, values, null);
    }

    private static void Release(ArrayData[] columns)
    {
        foreach (ArrayData column in columns)
        {
            column.Release();
        }
    }
}
