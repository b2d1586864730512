using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Operators.Upsert;

/// <summary>Looks for NULLs by the columns' counts, and at single rows only where there are some.</summary>
internal sealed unsafe class SinkCheckOperator(SinkCheckNode node) : Operator
{
    private const int NullCode = 4004;
    private const int LengthCode = 4003;
    private OperatorContext _context = null!;

    public override void Open(OperatorContext context) => _context = context;

    public override void Process(int input, StreamBatch batch, Collector output)
    {
        try
        {
            CheckLengths(batch);
            batch = DropNulls(batch);
        }
        catch
        {
            batch.Release();
            throw;
        }

        if (batch.Count == 0)
        {
            batch.Release();
            return;
        }

        output.Emit(batch);
    }

    private StreamBatch DropNulls(StreamBatch batch)
    {
        foreach (int column in node.NotNull)
        {
            ArrayData values = batch.Rows.Columns[column];
            if (values.NullCount == 0)
            {
                continue;
            }

            var kept = new Selection(batch.Count, _context.Allocator);
            int count = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
                kept.Pointer[count] = row;
                count += values.IsNull(row) ? 0 : 1;
            }

            if (count < batch.Count && !node.DropsNulls)
            {
                kept.Dispose();
                throw new UserException(
                    NullCode,
                    $"Column '{node.Output[column].Name}' of table '{node.Table}' is NOT NULL, but a row has NULL in it. "
                    + "Set 'table.exec.sink.not-null-enforcer' = 'DROP' to leave such rows out.");
            }

            _context.Count("droppedNulls", batch.Count - count);
            kept.Count = count;
            batch.Select(kept);
        }

        return batch;
    }

    private void CheckLengths(StreamBatch batch)
    {
        for (int c = 0; c < node.Lengths.Count; c++)
        {
            ArrayData values = batch.Rows.Columns[node.Lengths[c]];
            int limit = node.Limits[c];
            for (int i = 0; i < batch.Count; i++)
            {
                int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
                if (!values.IsNull(row) && LengthOf(values, row) is int length && (limit >= 0 ? length > limit : length != -limit))
                {
                    throw new UserException(
                        LengthCode,
                        $"Value of column '{node.Output[node.Lengths[c]].Name}' has length {length}, table '{node.Table}' takes "
                        + $"{(limit >= 0 ? "at most " : string.Empty)}{Math.Abs(limit)}. "
                        + "Set 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD' to cut and fill values.");
                }
            }
        }
    }

    private static int LengthOf(ArrayData values, int row)
    {
        ReadOnlySpan<byte> bytes = values is ViewArray views ? views.GetBytes(row) : ((BinaryArray)values).GetBytes(row);
        if (values.Type.Id is TypeId.BinaryView or TypeId.Binary)
        {
            return bytes.Length;
        }

        int characters = 0;
        foreach (byte b in bytes)
        {
            characters += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return characters;
    }
}
