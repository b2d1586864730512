using System.IO;
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
internal sealed class EncodedReceiver : ResultReceiver
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
            columns = [ChangelogMarks.Column, .. query.Columns];
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
            var marked = new StreamBatch(ChangelogMarks.Mark(batch, _schema, _allocator));
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
}
