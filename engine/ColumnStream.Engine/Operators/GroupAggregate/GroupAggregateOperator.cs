using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Folds a batch into its groups and emits one change per group touched; in batch mode only final rows.</summary>
internal sealed unsafe class GroupAggregateOperator(GroupAggregateNode node) : Operator
{
    private const int ChunkRows = 4096;
    private readonly List<OperatorState> _states = [];
    private OperatorContext _context = null!;
    private AggregatePlan _plan = null!;
    private GroupUpdater _updater = null!;
    private GroupTables _tables = null!;
    private KeyedState _groups = null!;
    private KeyedState?[] _values = [];
    private NativeList<nint> _rows = null!;
    private NativeList<byte> _kinds = null!;
    private Schema _schema = null!;
    private StateSweeper _sweeper = null!;
    private int _restores;
    private int _pending;
    private int _pendingEnd;
    private uint _finalSlot;

    public override IReadOnlyList<OperatorState> States => _states;

    public override bool HasMore => _pending < _pendingEnd || _finalSlot != 0;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override bool HoldsRows => _pending < _pendingEnd;

    public override void Open(OperatorContext context)
    {
        _context = context;
        _schema = node.OutputSchema();
        var ttl = StateTtl.Of(node.StateTtlMs, context);
        _plan = new AggregatePlan(
            node.Keys, node.Aggregates, context.Inputs[0], node.InsertOnlyInput, ttl is not null,
            partialsAt: node.TakesPartials ? node.Keys.Count : -1);
        _updater = new GroupUpdater(_plan, context.Allocator);
        _rows = new NativeList<nint>(context.Allocator);
        _kinds = new NativeList<byte>(context.Allocator);
        _groups = new KeyedState("groups", _plan.Layout, context.Pages, context.Allocator, context.KeyGroups, ttl);
        _groups.Table.Expiring = DropValues;
        _sweeper = new StateSweeper(ttl, context, _groups);
        _states.Add(_groups);
        _values = new KeyedState?[node.Aggregates.Count];
        var tables = new StateTable?[node.Aggregates.Count];
        for (int i = 0; i < tables.Length; i++)
        {
            if (_plan.Sets[i] is ValueSet set)
            {
                string name = $"values.{node.Aggregates[i].StateId}";
                _values[i] = new KeyedState(name, set.Layout, context.Pages, context.Allocator, context.KeyGroups)
                {
                    IsOfAggregate = true,
                };
                _states.Add(_values[i]!);
                tables[i] = _values[i]!.Table;
            }
        }

        _tables = new GroupTables(_groups.Table, tables);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            LinkRestored();
            if (batch.Rows.Length == 0)
            {
                return;
            }

            _updater.Prepare(batch.Rows, batch.Kinds);
            if (!_context.IsBatch)
            {
                _tables.Groups.BeginBatch();
                _sweeper.Sweep();
            }

            _updater.Update(_tables, 0, batch.Rows.Length);
        }
        finally
        {
            _updater.Release();
            batch.Release();
        }

        if (!_context.IsBatch)
        {
            _pending = 0;
            _pendingEnd = _tables.Groups.TouchedCount;
            EmitChanges(output);
        }
    }

    public override void Continue(Collector output)
    {
        if (_finalSlot != 0)
        {
            EmitFinal(output);
        }
        else
        {
            EmitChanges(output);
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        LinkRestored();
        _sweeper.OnTimer(clockMs);
    }

    public override void Finish(Collector output)
    {
        if (!_context.IsBatch)
        {
            return;
        }

        LinkRestored();
        if (_plan.Keys.Count == 0 && _tables.Groups.Count == 0)
        {
            // A global aggregate over nothing answers with one row.
            ulong hash = Hash64.Empty;
            ushort nulls = 0;
            ulong word = 0;
            _tables.Groups.FindOrCreate(&word, &nulls, hash, out _);
        }

        _finalSlot = 1;
        EmitFinal(output);
    }

    protected override void Dispose(bool disposing)
    {
        _updater?.Dispose();
        _rows?.Dispose();
        _kinds?.Dispose();
        _groups?.Dispose();
        foreach (KeyedState? values in _values)
        {
            values?.Dispose();
        }
    }

    private void LinkRestored()
    {
        int restores = _groups.Restores;
        foreach (KeyedState? values in _values)
        {
            restores += values?.Restores ?? 0;
        }

        if (restores == _restores)
        {
            return;
        }

        _restores = restores;
        for (int i = 0; i < _values.Length; i++)
        {
            if (_plan.Heads[i] >= 0)
            {
                _plan.Sets[i]!.Relink(_values[i]!.Table, _groups.Table, _plan.Heads[i], _context.Allocator);
            }
        }
    }

    /// <summary>Deletes the counted values of a group that expires.</summary>
    private void DropValues(nint group, uint slot)
    {
        long* rows = stackalloc long[StateTable.BlockRows];
        uint* slots = stackalloc uint[StateTable.BlockRows];
        for (int i = 0; i < _values.Length; i++)
        {
            if (_plan.Heads[i] < 0)
            {
                continue;
            }

            StateTable values = _values[i]!.Table;
            int count = 0;
            for (long next = *(long*)((byte*)group + _plan.Heads[i]); next != 0;)
            {
                byte* row = values.Rows.Row((uint)next);
                rows[count] = (nint)row;
                slots[count++] = (uint)next;
                next = *(long*)(row + _plan.Sets[i]!.Next);
                if (count == StateTable.BlockRows || next == 0)
                {
                    values.Delete((byte**)rows, slots, count);
                    count = 0;
                }
            }
        }
    }

    /// <summary>Emits up to a chunk of the changes of the last batch; behind the last one, deletes groups that are empty.</summary>
    private void EmitChanges(Collector output)
    {
        StateTable groups = _tables.Groups;
        bool retracts = node.Changelog == ChangelogMode.Retract;
        _rows.Count = 0;
        _kinds.Count = 0;
        bool onlyInserts = true;
        while (_pending < _pendingEnd && _rows.Count <= ChunkRows - 2)
        {
            byte* row = groups.TouchedRows[_pending];
            byte* image = groups.TouchedImage(_pending);
            _pending++;
            bool existed = (image[4] & RowStore.Dead) == 0;
            bool exists = Exists(row);
            if (!existed)
            {
                if (exists)
                {
                    Add(row, RowKind.Insert);
                }
            }
            else if (!exists)
            {
                onlyInserts = false;
                Add(image, RowKind.Delete);
            }
            else if (!_plan.SameResults(image, row))
            {
                onlyInserts = false;
                if (retracts)
                {
                    Add(image, RowKind.UpdateBefore);
                }

                Add(row, RowKind.UpdateAfter);
            }
        }

        if (_rows.Count > 0)
        {
            RecordBatch batch = Build();
            NativeBuffer? kinds = null;
            if (!onlyInserts)
            {
                kinds = _context.Allocator.Allocate(_kinds.Count);
                Buffer.MemoryCopy(_kinds.Pointer, kinds.Pointer, kinds.Capacity, _kinds.Count);
            }

            output.Emit(new StreamBatch(batch, kinds));
        }

        if (_pending == _pendingEnd)
        {
            DeleteEmpty(groups);
        }
    }

    private void DeleteEmpty(StateTable groups)
    {
        if (_plan.RowCountOffset < 0)
        {
            return;
        }

        for (int t = 0; t < _pendingEnd; t++)
        {
            if (!Exists(groups.TouchedRows[t]))
            {
                groups.Delete(groups.TouchedRows[t], groups.TouchedSlots[t], groups.TouchedHashes[t]);
            }
        }
    }

    private bool Exists(byte* row) => _plan.RowCountOffset < 0 || *(long*)(row + _plan.RowCountOffset) > 0;

    private void EmitFinal(Collector output)
    {
        _rows.Count = 0;
        while (_rows.Count < ChunkRows)
        {
            byte* row = _tables.Groups.NextLive(ref _finalSlot);
            if (row is null)
            {
                _finalSlot = 0;
                break;
            }

            if (Exists(row) || _plan.Keys.Count == 0)
            {
                _rows.Add((nint)row);
            }
        }

        if (_rows.Count > 0)
        {
            output.Emit(new StreamBatch(Build()));
        }
    }

    private void Add(byte* row, RowKind kind)
    {
        _rows.Add((nint)row);
        _kinds.Add((byte)kind);
    }

    private RecordBatch Build()
    {
        var columns = new ArrayData[_schema.Fields.Count];
        ResultColumns.Build(_plan, (byte**)_rows.Pointer, _rows.Count, columns, _context.Allocator);
        return new RecordBatch(_schema, columns, _rows.Count);
    }
}
