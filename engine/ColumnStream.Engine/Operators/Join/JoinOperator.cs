using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Keeps the rows of both sides by key and pairs what comes on one side with what is there on the other.</summary>
/// <remarks>
/// A batch is folded into its side first, so that only its net change is paired; then chunks of pairs are made until all are
/// out. What goes leaves before what comes. Rows whose key is NULL match nothing and are never kept. In batch mode rows
/// without a match come at the end.
/// </remarks>
internal sealed unsafe class JoinOperator(JoinNode node) : Operator
{
    private OperatorContext _context = null!;
    private StateTable _keys = null!;
    private KeyEncoder _keyEncoder = null!;
    private JoinRows _left = null!;
    private JoinRows _right = null!;
    private JoinOutput _output = null!;
    private JoinMatcher _matcher = null!;
    private JoinFold _fold = null!;
    private StateSweeper _leftSweeper = null!;
    private StateSweeper _rightSweeper = null!;
    private NativeList<ulong> _hashes = null!;
    private int _restores;

    public override IReadOnlyList<OperatorState> States => [_left.State, _right.State];

    public override bool HasMore => _output.Count > 0 || _matcher.HasMore;

    public override bool AnswersAtEnd => _context.IsBatch;

    public override void Open(OperatorContext context)
    {
        _context = context;
        Schema left = context.Inputs[0];
        Schema right = context.Inputs[1];
        var keys = new Field[node.LeftKeys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = left.Fields[node.LeftKeys[i]];
        }

        var layout = new StateLayout(
            ValueList.Create<Field>(keys), [new StateCell("left", CellType.Int64), new StateCell("right", CellType.Int64)]);
        _keys = new StateTable(layout, context.Pages, context.Allocator);
        _keyEncoder = new KeyEncoder(layout, context.Allocator);
        StateTtl? leftTtl = StateTtl.Of(node.LeftTtlMs, context);
        StateTtl? rightTtl = StateTtl.Of(node.RightTtlMs, context);
        var rules = new JoinRules(node, expires: leftTtl is not null || rightTtl is not null, context.IsBatch);
        _left = new JoinRows(
            "left", left, node.LeftKeys, rules.OptionsOf(0, node.LeftInsertOnly), _keys, 0, leftTtl, context);
        _right = new JoinRows(
            "right", right, node.RightKeys, rules.OptionsOf(1, node.RightInsertOnly), _keys, 1, rightTtl, context);
        _leftSweeper = new StateSweeper(leftTtl, context, _left.State);
        _rightSweeper = new StateSweeper(rightTtl, context, _right.State);
        _output = new JoinOutput(node, _left, _right, context.Allocator, context.ChunkRows);
        JoinCondition? condition = node.Residual is null ? null : new JoinCondition(node.Residual, context);
        _matcher = new JoinMatcher(rules, _left, _right, condition, _output, context.Allocator);
        _fold = new JoinFold(rules, _keys, _keyEncoder, _left, _right, _matcher, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        batch = batch.Compact(_context.Allocator);
        try
        {
            Begin();
            JoinRows own = input == 0 ? _left : _right;
            int[]? unmatchable = Unmatchable(node, batch.Rows, input);
            if (unmatchable is null)
            {
                Fold(input, own, batch.Rows, batch.Kinds);
            }
            else
            {
                Split(input, own, batch, unmatchable, output);
            }
        }
        finally
        {
            batch.Release();
        }

        Continue(output);
    }

    public override void Continue(Collector output)
    {
        if (_output.Count < _output.MostRows)
        {
            _matcher.Fill();
        }

        _output.Emit(output);
        if (_output.Count == 0 && !_matcher.HasMore)
        {
            _fold.End();
        }
    }

    public override void Finish(Collector output)
    {
        if (_context.IsBatch)
        {
            Begin();
            _matcher.BeginFinal(_keys);
            Continue(output);
        }
    }

    public override void OnTimer(long clockMs, Collector output)
    {
        Begin();
        _leftSweeper.OnTimer(clockMs);
        _rightSweeper.OnTimer(clockMs);
    }

    protected override void Dispose(bool disposing)
    {
        _matcher?.Dispose();
        _fold?.Dispose();
        _output?.Dispose();
        _left?.Dispose();
        _right?.Dispose();
        _keys?.Dispose();
        _keyEncoder?.Dispose();
        _hashes?.Dispose();
    }

    /// <summary>Begins a batch on all tables, and links rows anew after a restore.</summary>
    private void Begin()
    {
        _keys.EnsureOpen();
        _keys.BeginUnlisted();
        _left.Table.BeginUnlisted();
        _right.Table.BeginUnlisted();
        int restores = _left.State.Restores + _right.State.Restores;
        if (restores != _restores)
        {
            _restores = restores;
            _keys.Clear();
            _keys.EnsureOpen();
            _left.Relink();
            _right.Relink();
        }

        _leftSweeper.Sweep();
        _rightSweeper.Sweep();
        _fold.DropEmptyKeys(_left);
        _fold.DropEmptyKeys(_right);
    }

    /// <summary>Returns the rows whose key has a NULL that equals nothing, or null for none.</summary>
    internal static int[]? Unmatchable(JoinNode node, RecordBatch rows, int input)
    {
        ValueList<int> keys = input == 0 ? node.LeftKeys : node.RightKeys;
        var found = new List<int>();
        for (int k = 0; k < keys.Count; k++)
        {
            ArrayData column = rows.Columns[keys[k]];
            if (node.NullSafe[k] || column.NullCount == 0)
            {
                continue;
            }

            for (int i = 0; i < rows.Length; i++)
            {
                if (column.IsNull(i))
                {
                    found.Add(i);
                }
            }
        }

        if (found.Count == 0)
        {
            return null;
        }

        found.Sort();
        int count = 0;
        for (int i = 0; i < found.Count; i++)
        {
            if (count == 0 || found[count - 1] != found[i])
            {
                found[count++] = found[i];
            }
        }

        return [.. found[..count]];
    }

    /// <summary>Returns the rows of a batch that are not among some, which ascend.</summary>
    internal static int[] Others(int length, int[] rows)
    {
        var others = new int[length - rows.Length];
        int next = 0;
        for (int i = 0, u = 0; i < length; i++)
        {
            if (u < rows.Length && rows[u] == i)
            {
                u++;
            }
            else
            {
                others[next++] = i;
            }
        }

        return others;
    }

    /// <summary>Emits rows that match nothing where they count, and folds the others.</summary>
    private void Split(int input, JoinRows own, StreamBatch batch, int[] unmatchable, Collector output)
    {
        int[] matchable = Others(batch.Rows.Length, unmatchable);
        if (_matcher.Rules.KeepsLone(input))
        {
            output.Emit(_output.Lone(input, batch, unmatchable));
        }

        RecordBatch part = TakeKernel.Take(batch.Rows, matchable, _context.Allocator);
        NativeBuffer? kinds = null;
        try
        {
            if (batch.Kinds is not null)
            {
                kinds = _context.Allocator.Allocate(Math.Max(1, matchable.Length));
                for (int i = 0; i < matchable.Length; i++)
                {
                    kinds.Pointer[i] = (byte)batch.Kinds[matchable[i]];
                }
            }

            Fold(input, own, part, kinds is null ? null : (RowKind*)kinds.Pointer);
        }
        finally
        {
            part.Release();
            kinds?.Release();
        }
    }

    private void Fold(int input, JoinRows own, RecordBatch rows, RowKind* kinds)
    {
        if (rows.Length == 0)
        {
            return;
        }

        ValueList<int> keys = input == 0 ? node.LeftKeys : node.RightKeys;
        var keyColumns = new ArrayData[keys.Count];
        for (int i = 0; i < keyColumns.Length; i++)
        {
            keyColumns[i] = rows.Columns[keys[i]];
        }

        var columns = new ArrayData[own.Source.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = rows.Columns[own.Source[i]];
        }

        ulong* hashes = _hashes.Reserve(2 * rows.Length);
        ulong* rowHashes = hashes + rows.Length;
        _keys.Layout.Hash(keyColumns, rows.Length, hashes);
        _keyEncoder.Encode(keyColumns, rows.Length);
        own.Encoder.Encode(columns, rows.Length);
        if (own.IsIndexed)
        {
            own.Table.Layout.Hash(columns, rows.Length, rowHashes);
        }

        _matcher.Begin(input);
        _fold.Run(input, rows.Length, kinds, hashes, rowHashes);
    }
}
