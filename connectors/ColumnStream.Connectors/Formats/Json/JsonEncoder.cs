using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Writes one JSON object a row and line.</summary>
internal sealed unsafe class JsonEncoder : RowEncoder
{
    private readonly EncodeColumn[] _columns;
    private readonly JsonText _text;

    public JsonEncoder(FormatContext context, JsonOptions options)
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
        RowChecks.InsertOnly(batch, "json");
        EncodeColumn.Bind(_columns, batch);
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            _text.WriteRow(output, batch.Selection is null ? i : batch.Selection.Pointer[i]);
            byte* p = output.Reserve(1);
            *p = (byte)'\n';
            output.Advance(p + 1);
        }
    }

    /// <inheritdoc/>
    public override void End(OutputBuffer output)
    {
    }
}
