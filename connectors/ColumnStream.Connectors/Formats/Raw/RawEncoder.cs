using System;
using System.Text;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Raw;

/// <summary>Writes one value a row and a line feed behind it.</summary>
internal sealed unsafe class RawEncoder : RowEncoder
{
    private readonly EncodeColumn[] _columns;
    private readonly EncodeColumn _column;
    private readonly RawOptions _options;

    public RawEncoder(FormatContext context, RawOptions options)
    {
        _columns = EncodeColumn.All(context);
        _column = _columns[0];
        _options = options;
    }

    /// <inheritdoc/>
    public override void Begin(OutputBuffer output)
    {
    }

    /// <inheritdoc/>
    public override void Encode(StreamBatch batch, OutputBuffer output)
    {
        RowChecks.InsertOnly(batch, "raw");
        EncodeColumn.Bind(_columns, batch);
        bool isNumber = RawValue.WidthOf(_column.Kind) > 0;
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            if (_column.IsNull(row))
            {
                throw new UserException(FormatErrors.BadRow, $"A NULL cannot be written in format 'raw': column '{_column.Name}'.");
            }

            if (isNumber)
            {
                output.Advance(RawValue.Save(_column, row, output.Reserve(sizeof(long)), _options.IsBigEndian));
            }
            else
            {
                Write(output, _column.Bytes(row));
            }

            output.Write("\n"u8);
        }
    }

    /// <inheritdoc/>
    public override void End(OutputBuffer output)
    {
    }

    private void Write(OutputBuffer output, ReadOnlySpan<byte> bytes)
    {
        if (_options.Charset is not { } charset || _column.Kind == ColumnKind.Bytes)
        {
            output.Write(bytes);
            return;
        }

        string text = Encoding.UTF8.GetString(bytes);
        int room = charset.GetMaxByteCount(text.Length);
        byte* start = output.Reserve(room);
        output.Advance(start + charset.GetBytes(text, new Span<byte>(start, room)));
    }
}
