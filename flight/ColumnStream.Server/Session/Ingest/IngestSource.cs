using System;
using System.Collections.Generic;
using System.Globalization;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.ArrowIpc;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Server.Session.Ingest;

/// <summary>
/// Gives the batches of a queue in pieces of the job's size, without a copy where the layout is the engine's; its position is the
/// number of rows given.
/// </summary>
internal sealed class IngestSource(SourceContext context, IngestQueue queue) : SourceReader
{
    private readonly Schema _schema = SchemaOf(context);
    private RecordBatch? _batch;
    private int _offset;
    private long _given;

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
        if (context.Subtask != 0)
        {
            return SourcePoll.End;
        }

        while (_batch is null || _offset == _batch.Length)
        {
            _batch?.Release();
            _batch = null;
            _offset = 0;
            SourcePoll found = queue.Take(context.Wake, out _batch);
            if (found != SourcePoll.Batch)
            {
                return found;
            }
        }

        int count = Math.Min(context.MaxRows, _batch.Length - _offset);
        RecordBatch piece = _batch.Slice(_offset, count, context.Allocator);
        try
        {
            batch = new StreamBatch(new RecordBatch(_schema, Columns(piece), count));
        }
        finally
        {
            piece.Release();
        }

        _offset += count;
        _given += count;
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() =>
        context.Subtask == 0 ? [new SplitState("rows", _given.ToString(CultureInfo.InvariantCulture))] : default;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _batch?.Release();
        _batch = null;
    }

    /// <summary>Gives the columns that the job reads, in the engine's layouts.</summary>
    private ArrayData[] Columns(RecordBatch piece)
    {
        var columns = new ArrayData[context.Projection.Count];
        int done = 0;
        try
        {
            for (; done < columns.Length; done++)
            {
                SqlField column = context.Table.Columns[context.Projection[done]];
                columns[done] = ArrowCast.Run(
                    piece.Columns[context.Projection[done]], _schema.Fields[done].Type, context.Allocator);
                IngestTypes.Check(columns[done], column);
            }

            return columns;
        }
        catch
        {
            foreach (ArrayData column in columns)
            {
                column?.Release();
            }

            throw;
        }
    }

    private static Schema SchemaOf(SourceContext context)
    {
        var fields = new Field[context.Projection.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            SqlField column = context.Table.Columns[context.Projection[i]];
            fields[i] = new Field(column.Name, column.Type.ToArrow(), column.Type.Nullable);
        }

        return new Schema(fields);
    }
}
