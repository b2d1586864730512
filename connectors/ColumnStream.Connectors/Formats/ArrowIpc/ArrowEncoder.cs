using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Ipc;
using ColumnStream.Arrow.Types;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.ArrowIpc;

/// <summary>Writes batches as Arrow IPC; each field's metadata names its SQL type.</summary>
internal sealed class ArrowEncoder : RowEncoder
{
    private const string SqlTypeKey = "columnstream.sql-type";
    private readonly FormatContext _context;
    private readonly IpcWriterOptions _options;
    private readonly bool _isStream;
    private readonly Schema _schema;
    private readonly OutputStream _stream = new();
    private IpcFileWriter? _file;
    private IpcStreamWriter? _writer;

    public ArrowEncoder(FormatContext context, IpcCompression compression, bool isStream)
    {
        _context = context;
        _options = new IpcWriterOptions { Compression = compression };
        _isStream = isStream;
        Schema plain = context.OutputSchema();
        var fields = new Field[plain.Fields.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            string type = context.Columns[context.Projection[i]].Type.Materialized().ToString();
            fields[i] = plain.Fields[i] with { Metadata = [new MetadataEntry(SqlTypeKey, type)] };
        }

        _schema = new Schema(fields);
    }

    /// <inheritdoc/>
    public override void Begin(OutputBuffer output)
    {
        Dispose(disposing: true);
        _stream.Target = output;
        if (_isStream)
        {
            _writer = new IpcStreamWriter(_stream, _schema, _context.Allocator, _options);
        }
        else
        {
            _file = new IpcFileWriter(_stream, _schema, _context.Allocator, _options);
        }
    }

    /// <inheritdoc/>
    public override void Encode(StreamBatch batch, OutputBuffer output)
    {
        RowChecks.InsertOnly(batch, "arrow");
        if (batch.Count == 0)
        {
            return;
        }

        _stream.Target = output;
        RecordBatch rows = batch.Selection is null
            ? batch.Rows.Retain()
            : TakeKernel.Take(batch.Rows, batch.Selection.Rows, _context.Allocator);
        try
        {
            if (_writer is not null)
            {
                _writer.Write(rows);
            }
            else
            {
                (_file ?? throw new InvariantException(9001, "Arrow encoder has not begun.")).Write(rows);
            }
        }
        finally
        {
            rows.Release();
        }
    }

    /// <inheritdoc/>
    public override void End(OutputBuffer output)
    {
        _stream.Target = output;
        _writer?.Finish();
        _file?.Finish();
        Dispose(disposing: true);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _writer?.Dispose();
        _file?.Dispose();
        _writer = null;
        _file = null;
    }
}
