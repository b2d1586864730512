using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Server.State;

/// <summary>Reads the living rows of one state; queries of state take no checkpoints, so it has no position.</summary>
internal sealed class StateSource(SourceContext context, SavedState saved, SavedTable table) : SourceReader
{
    private readonly IEnumerator<(int Subtask, RecordBatch Rows)> _rows =
        saved.Read(table.Uid, table.State, context.Allocator).GetEnumerator();

    /// <inheritdoc/>
    public override bool HasSplits => context.Subtask == 0;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (context.Subtask != 0 || !_rows.MoveNext())
        {
            return SourcePoll.End;
        }

        (int subtask, RecordBatch rows) = _rows.Current;
        batch = new StreamBatch(Shape(subtask, rows));
        rows.Release();
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() => default;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _rows.Dispose();

    private RecordBatch Shape(int subtask, RecordBatch rows)
    {
        var fields = new Field[context.Projection.Count];
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            SqlField column = context.Table.Columns[context.Projection[i]];
            int position = table.FileColumns[context.Projection[i]];
            fields[i] = new Field(column.Name, column.Type.ToArrow(), column.Type.Nullable);
            columns[i] = position < 0 ? Numbers(rows.Length, _ => subtask) : Column(rows.Columns[position]);
        }

        return new RecordBatch(new Schema(fields), columns, rows.Length);
    }

    /// <summary>Shares a column of the file; small unsigned numbers become INT.</summary>
    private ArrayData Column(ArrayData column)
    {
        switch (column.Type.Id)
        {
            case TypeId.UInt16:
                return Numbers(column.Length, row => ((FixedWidthArray)column).Values<ushort>()[row]);
            case TypeId.UInt8:
                return Numbers(column.Length, row => ((FixedWidthArray)column).Values<byte>()[row]);
            default:
                column.Retain();
                return column;
        }
    }

    private ArrayData Numbers(int length, Func<int, int> value)
    {
        using var numbers = new FixedWidthBuilder(DataType.Int32, context.Allocator, Math.Max(1, length));
        for (int i = 0; i < length; i++)
        {
            numbers.Append(value(i));
        }

        return numbers.Finish();
    }
}
