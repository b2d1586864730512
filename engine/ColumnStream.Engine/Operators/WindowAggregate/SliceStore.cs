using System;
using System.Collections.Generic;
using ColumnStream.Engine.Operators.GroupAggregate;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.WindowAggregate;

/// <summary>Holds a set of tables a slice, and drops one whole when its last window has fired.</summary>
/// <remarks>A slice dropped while a snapshot gathers it lives on until all of it is gathered.</remarks>
internal sealed class SliceStore : IDisposable
{
    private readonly AggregatePlan _plan;
    private readonly OperatorContext _context;
    private readonly SortedList<long, GroupTables> _slices = [];
    private readonly Stack<GroupTables> _spare = new();
    private readonly List<GroupTables> _leaving = [];
    private readonly List<SliceState> _states = [];

    /// <summary>Makes a store without slices; what checkpoints hold of it is added to <paramref name="states"/>.</summary>
    public SliceStore(AggregatePlan plan, OperatorContext context, List<OperatorState> states)
    {
        _plan = plan;
        _context = context;
        AddState("groups", -1, plan.Layout);
        for (int i = 0; i < plan.Sets.Length; i++)
        {
            if (plan.Sets[i] is ValueSet set)
            {
                AddState($"values.{plan.Calls[i].StateId}", i, set.Layout);
            }
        }

        states.AddRange(_states);
    }

    /// <summary>Gets the live slices by start.</summary>
    public SortedList<long, GroupTables> Slices => _slices;

    /// <summary>Gets what to call when a slice is dropped.</summary>
    public List<Action<long>> OnDrop { get; } = [];

    /// <summary>Returns the tables of a slice, making them at first use.</summary>
    public GroupTables Get(long slice)
    {
        if (!_slices.TryGetValue(slice, out GroupTables? tables))
        {
            tables = Rent();
            _slices.Add(slice, tables);
        }

        return tables;
    }

    /// <summary>Lends tables that belong to no slice.</summary>
    public GroupTables Rent()
    {
        if (_spare.TryPop(out GroupTables? tables))
        {
            return tables;
        }

        var values = new StateTable?[_plan.Sets.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _plan.Sets[i] is ValueSet set ? NewTable(set.Layout) : null;
        }

        return new GroupTables(NewTable(_plan.Layout), values);
    }

    /// <summary>Takes tables back and frees their memory.</summary>
    public void Return(GroupTables tables)
    {
        tables.Dispose();
        _spare.Push(tables);
    }

    /// <summary>Links the values of all slices to their groups anew: they were restored.</summary>
    public void Relink()
    {
        foreach (GroupTables tables in _slices.Values)
        {
            for (int i = 0; i < _plan.Sets.Length; i++)
            {
                _plan.Sets[i]?.Relink(tables.Values[i]!, tables.Groups, _plan.Heads[i], _context.Allocator);
            }
        }
    }

    /// <summary>Drops a slice.</summary>
    public void Drop(long slice)
    {
        GroupTables tables = _slices[slice];
        _slices.Remove(slice);
        foreach (Action<long> listener in OnDrop)
        {
            listener(slice);
        }

        if (IsGathering(tables))
        {
            _leaving.Add(tables);
        }
        else
        {
            Return(tables);
        }
    }

    /// <summary>Frees dropped slices that no snapshot needs any more.</summary>
    public void Sweep()
    {
        for (int i = _leaving.Count - 1; i >= 0; i--)
        {
            if (!IsGathering(_leaving[i]))
            {
                Return(_leaving[i]);
                _leaving.RemoveAt(i);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (GroupTables tables in _slices.Values)
        {
            tables.Dispose();
        }

        foreach (GroupTables tables in _leaving)
        {
            tables.Dispose();
        }

        foreach (SliceState state in _states)
        {
            state.Dispose();
        }

        _slices.Clear();
        _leaving.Clear();
        _states.Clear();
    }

    private void AddState(string name, int values, StateLayout layout) => _states.Add(new SliceState(
        name, this, values, layout, _context.Pages, _context.Allocator, _context.KeyGroups));

    private StateTable NewTable(StateLayout layout) => new(layout, _context.Pages, _context.Allocator);

    private static bool IsGathering(GroupTables tables)
    {
        bool gathering = tables.Groups.Rows.IsGathering;
        foreach (StateTable? values in tables.Values)
        {
            gathering |= values is not null && values.Rows.IsGathering;
        }

        return gathering;
    }
}
