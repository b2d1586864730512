using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Drops or turns −U, without state: a pair stands side by side, and one torn by a batch's end deletes first.</summary>
internal sealed unsafe class UpsertChangesOperator(UpsertChangesNode node) : Operator
{
    private OperatorContext _context = null!;
    private KeyEncoder _encoder = null!;
    private StateLayout _layout = null!;

    public override void Open(OperatorContext context)
    {
        _context = context;
        var keys = new Field[node.Keys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = context.Inputs[0].Fields[node.Keys[i]];
        }

        _layout = new StateLayout(ValueList.Create<Field>(keys), default);
        _encoder = new KeyEncoder(_layout, context.Allocator);
    }

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        if (batch.Kinds is null || !HasOld(batch))
        {
            output.Emit(batch);
            return;
        }

        batch = batch.Compact(_context.Allocator).WithOwnKinds(_context.Allocator);
        RowKind* kinds = batch.Kinds;
        RecordBatch rows = batch.Rows;
        var keys = new ArrayData[node.Keys.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = rows.Columns[node.Keys[i]];
        }

        _encoder.Encode(keys, rows.Length);
        var key = new GeneralKey(_encoder.Words, _encoder.Nulls, _layout.KeyWords, _layout.LongKeyWords);
        byte* previous = stackalloc byte[_layout.Stride];
        var survivors = new Selection(rows.Length, _context.Allocator);
        int count = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            if (kinds[i] == RowKind.UpdateBefore)
            {
                if (i + 1 < rows.Length && kinds[i + 1] == RowKind.UpdateAfter)
                {
                    new Span<byte>(previous, _layout.Stride).Clear();
                    key.Store(previous, i);
                    if (key.Matches(previous, i + 1))
                    {
                        continue;
                    }
                }

                kinds[i] = RowKind.Delete;
            }

            survivors.Pointer[count++] = i;
        }

        survivors.Count = count;
        batch.Select(survivors);
        output.Emit(batch);
    }

    protected override void Dispose(bool disposing) => _encoder?.Dispose();

    private static bool HasOld(StreamBatch batch)
    {
        for (int i = 0; i < batch.Rows.Length; i++)
        {
            if (batch.Kinds[i] == RowKind.UpdateBefore)
            {
                return true;
            }
        }

        return false;
    }
}
