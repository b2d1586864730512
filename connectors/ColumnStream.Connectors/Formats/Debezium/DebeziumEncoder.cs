using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats.Debezium;

/// <summary>Writes one envelope a change: +I and +U create, −U and −D delete, as Flink's encoder does.</summary>
internal sealed unsafe class DebeziumEncoder : RowEncoder
{
    private readonly EncodeColumn[] _columns;
    private readonly JsonText _text;

    public DebeziumEncoder(FormatContext context, JsonOptions options)
    {
        _columns = EncodeColumn.All(context);
        _text = new JsonText(_columns, options);
    }

    /// <inheritdoc/>
    public override void Begin(OutputBuffer output)
    {
    }

    /// <inheritdoc/>
    public override void Encode(StreamBatch batch, OutputBuffer output)
    {
        EncodeColumn.Bind(_columns, batch);
        RowKind* kinds = batch.Kinds;
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            RowKind kind = kinds is null ? RowKind.Insert : kinds[row];
            bool creates = kind is RowKind.Insert or RowKind.UpdateAfter;
            output.Write(creates ? "{\"before\":null,\"after\":"u8 : "{\"before\":"u8);
            _text.WriteRow(output, row);
            output.Write(creates ? ",\"op\":\"c\"}\n"u8 : ",\"after\":null,\"op\":\"d\"}\n"u8);
        }
    }

    /// <inheritdoc/>
    public override void End(OutputBuffer output)
    {
    }
}
