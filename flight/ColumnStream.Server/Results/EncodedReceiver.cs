using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Results;

/// <summary>Writes rows as they come in one of the formats; changelogs get a first column <c>op</c>.</summary>
internal sealed unsafe class EncodedReceiver : ResultReceiver
{
    private readonly BufferAllocator _allocator;
    private readonly Stream _output;
    private readonly RowEncoder _encoder;
    private readonly OutputBuffer _buffer;
    private readonly Schema _schema;
    private readonly bool _withOp;

    public EncodedReceiver(ResultFormat format, QueryResult query, bool withOp, Stream output, BufferAllocator allocator)
    {
        _allocator = allocator;
        _output = output;
        _withOp = withOp;
        ValueList<SqlField> columns = query.Columns;
        if (withOp)
        {
            columns = [new SqlField("op", SqlType.String.WithNullable(false)), .. query.Columns];
        }

        ValueList<TableOption> options = format switch
        {
            ResultFormat.Csv =>
            [
                new("csv.header", "true"),
                new("csv.nested-as-json", "true"),
                new("csv.write-bigdecimal-in-scientific-notation", "false"),
            ],
            ResultFormat.Json =>
            [
                new("json.encode.decimal-as-plain-number", "true"),
                new("json.encode.map-keys-as-text", "true"),
            ],
            ResultFormat.Arrow => [new("arrow.container", "stream")],
            _ => [],
        };
        FormatContext context = FormatContext.AllColumns("result", columns, options, allocator);
        _schema = context.OutputSchema();
        Format implementation = FormatTable.Get(format.ToString().ToLowerInvariant());
        implementation.Validate(context);
        _encoder = implementation.CreateEncoder(context);
        _buffer = new OutputBuffer(allocator);
        _encoder.Begin(_buffer);
    }

    public override void Receive(StreamBatch batch)
    {
        Rows += batch.Count;
        if (_withOp)
        {
            StreamBatch marked = Mark(batch);
            _encoder.Encode(marked, _buffer);
            marked.Release();
        }
        else
        {
            _encoder.Encode(batch, _buffer);
        }

        _buffer.Drain(_output);
        _output.Flush();
    }

    public override void Complete()
    {
        _encoder.End(_buffer);
        _buffer.Drain(_output);
        _output.Flush();
    }

    public override void Dispose()
    {
        _encoder.Dispose();
        _buffer.Dispose();
    }

    private StreamBatch Mark(StreamBatch batch)
    {
        StreamBatch rows = batch.Share(_allocator).Compact(_allocator);
        using var ops = new ViewBuilder(DataType.Utf8View, _allocator, rows.Rows.Length);
        for (int i = 0; i < rows.Rows.Length; i++)
        {
            ops.Append((rows.Kinds is null ? RowKind.Insert : rows.Kinds[i]) switch
            {
                RowKind.Insert => "+I"u8,
                RowKind.UpdateBefore => "-U"u8,
                RowKind.UpdateAfter => "+U"u8,
                _ => "-D"u8,
            });
        }

        var columns = new ArrayData[rows.Rows.Columns.Length + 1];
        columns[0] = ops.Finish();
        for (int i = 1; i < columns.Length; i++)
        {
            columns[i] = rows.Rows.Columns[i - 1].Retain();
        }

        var marked = new StreamBatch(new RecordBatch(_schema, columns, rows.Rows.Length));
        rows.Release();
        return marked;
    }
}
