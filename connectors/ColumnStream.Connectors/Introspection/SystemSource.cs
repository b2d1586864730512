using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Introspection;

/// <summary>Gives the rows that a system table has at the first poll; its position is the number of rows given.</summary>
internal sealed class SystemSource(SourceContext context, SystemTable table) : SourceReader
{
    private const string Split = "rows";
    private readonly Schema _schema = SourceSchema.Of(context);
    private List<object?[]>? _rows;
    private int _next;

    /// <inheritdoc/>
    public override bool HasSplits => context.Subtask == 0;

    /// <inheritdoc/>
    public override void Restore(IReadOnlyList<SplitState> splits)
    {
        foreach (SplitState split in splits)
        {
            _next = split.SplitId == Split ? int.Parse(split.Position, CultureInfo.InvariantCulture) : _next;
        }
    }

    /// <inheritdoc/>
    public override SourcePoll Poll(out StreamBatch? batch)
    {
        batch = null;
        if (context.Subtask != 0)
        {
            return SourcePoll.End;
        }

        _rows ??= [.. table.Rows()];
        int count = Math.Min(context.MaxRows, _rows.Count - _next);
        if (count <= 0)
        {
            return SourcePoll.End;
        }

        batch = Make(_rows, count);
        _next += count;
        return SourcePoll.Batch;
    }

    /// <inheritdoc/>
    public override ValueList<SplitState> Snapshot() =>
        context.Subtask == 0 ? [new SplitState(Split, _next.ToString(CultureInfo.InvariantCulture))] : default;

    private StreamBatch Make(List<object?[]> rows, int count)
    {
        var columns = new ArrayData[context.Projection.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            using var builder = ColumnBuilder.Create(_schema.Fields[i].Type, context.Allocator, count);
            for (int row = _next; row < _next + count; row++)
            {
                Append(builder, rows[row][context.Projection[i]]);
            }

            columns[i] = builder.Finish();
        }

        return new StreamBatch(new RecordBatch(_schema, columns, count));
    }

    private void Append(ColumnBuilder builder, object? value)
    {
        switch (builder, value)
        {
            case (_, null):
                builder.AppendNull();
                break;
            case (ViewBuilder views, string text):
                views.Append(Encoding.UTF8.GetBytes(text));
                break;
            case (BooleanBuilder bits, bool bit):
                bits.Append(bit);
                break;
            case (FixedWidthBuilder { Type.Id: TypeId.Int32 } values, long number):
                values.Append((int)number);
                break;
            case (FixedWidthBuilder values, long number):
                values.Append(number);
                break;
            case (FixedWidthBuilder values, double number):
                values.Append(number);
                break;
            default:
                throw new InvariantException(9112, $"Table sys.{table.Name} gives a value that is not of its type: {value}.");
        }
    }
}
