using System;
using System.Buffers.Text;
using System.Text;
using ColumnStream.Compute.Values;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Connectors.Formats.Values;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Writes delimited lines; a field is quoted where it would otherwise read back as something else.</summary>
internal sealed unsafe class CsvEncoder : RowEncoder
{
    private readonly CsvOptions _options;
    private readonly EncodeColumn[] _columns;
    private readonly OutputBuffer _nested;
    private readonly JsonText _json;
    private readonly bool _plainIsSafe;
    private DayText _day;

    public CsvEncoder(FormatContext context, CsvOptions options)
    {
        _options = options;
        _columns = EncodeColumn.All(context);
        _plainIsSafe = options.NullLiteral is null && !InValues(options.Delimiter) && !InValues(options.Quote)
            && !InValues(options.Escape);
        _nested = new OutputBuffer(context.Allocator, 1024);
        _json = new JsonText(_columns, new JsonOptions(PlainDecimals: !options.ScientificDecimals) { KeysAsText = true });
    }

    /// <inheritdoc/>
    public override void Begin(OutputBuffer output)
    {
        if (!_options.Header)
        {
            return;
        }

        for (int i = 0; i < _columns.Length; i++)
        {
            Text(output, Encoding.UTF8.GetBytes(_columns[i].Name), i == 0);
            Byte(output, i + 1 < _columns.Length ? _options.Delimiter : (byte)'\n');
        }
    }

    /// <inheritdoc/>
    public override void Encode(StreamBatch batch, OutputBuffer output)
    {
        RowChecks.InsertOnly(batch, "csv");
        EncodeColumn.Bind(_columns, batch);
        int count = batch.Count;
        for (int i = 0; i < count; i++)
        {
            int row = batch.Selection is null ? i : batch.Selection.Pointer[i];
            for (int c = 0; c < _columns.Length; c++)
            {
                Field(output, _columns[c], row, isFirst: c == 0);
                Byte(output, c + 1 < _columns.Length ? _options.Delimiter : (byte)'\n');
            }
        }
    }

    /// <inheritdoc/>
    public override void End(OutputBuffer output)
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _nested.Dispose();

    /// <summary>Tells whether numbers, times or Base64 may hold a byte.</summary>
    private static bool InValues(byte b) => char.IsAsciiLetterOrDigit((char)b) || "+-/=.: "u8.Contains(b);

    private static void Byte(OutputBuffer output, byte value)
    {
        byte* p = output.Reserve(1);
        *p = value;
        output.Advance(p + 1);
    }

    private void Field(OutputBuffer output, EncodeColumn column, int row, bool isFirst)
    {
        if (column.IsNull(row))
        {
            output.Write(_options.NullLiteral);
            return;
        }

        switch (column.Kind)
        {
            case ColumnKind.Text:
                Text(output, column.Bytes(row), isFirst);
                break;
            case ColumnKind.List or ColumnKind.Row or ColumnKind.Map when !CsvFormat.Holds(column.Type):
                _nested.Clear();
                _json.WriteValue(_nested, column, row);
                Text(output, _nested.Written, isFirst);
                break;
            case ColumnKind.List or ColumnKind.Row:
                _nested.Clear();
                Nested(_nested, column, row);
                Text(output, _nested.Written, isFirst);
                break;
            case not ColumnKind.Text when !_plainIsSafe:
                _nested.Clear();
                Plain(_nested, column, row);
                Text(output, _nested.Written, isFirst);
                break;
            default:
                Plain(output, column, row);
                break;
        }
    }

    private void Nested(OutputBuffer output, EncodeColumn column, int row)
    {
        bool isList = column.Kind == ColumnKind.List;
        int from = isList ? ((int*)column.Data)[row] : 0;
        int to = isList ? ((int*)column.Data)[row + 1] : column.Children.Length;
        for (int i = from; i < to; i++)
        {
            if (i > from)
            {
                Byte(output, _options.ElementDelimiter);
            }

            EncodeColumn child = isList ? column.Children[0] : column.Children[i];
            int slot = isList ? i : row;
            if (child.IsNull(slot))
            {
                output.Write(_options.NullLiteral);
            }
            else if (child.Kind == ColumnKind.Text)
            {
                output.Write(child.Bytes(slot));
            }
            else
            {
                Plain(output, child, slot);
            }
        }
    }

    private void Plain(OutputBuffer output, EncodeColumn column, int row)
    {
        if (column.Kind == ColumnKind.Bytes)
        {
            ReadOnlySpan<byte> bytes = column.Bytes(row);
            int room = Base64.GetMaxEncodedToUtf8Length(bytes.Length);
            byte* start = output.Reserve(room);
            Base64.EncodeToUtf8(bytes, new Span<byte>(start, room), out _, out int written);
            output.Advance(start + written);
            return;
        }

        byte* p = output.Reserve(FastText.MaxLength);
        switch (column.Kind)
        {
            case ColumnKind.Boolean:
                ReadOnlySpan<byte> word = column.Flag(row) ? "true"u8 : "false"u8;
                word.CopyTo(new Span<byte>(p, 5));
                p += word.Length;
                break;
            case ColumnKind.Float64:
                double number = ((double*)column.Data)[row];
                p = double.IsFinite(number)
                    ? FastText.Float64(p, number) : p + NumberText.Format(number, new Span<byte>(p, NumberText.MaxLength));
                break;
            case ColumnKind.Float32:
                p = FastText.Float32(p, ((float*)column.Data)[row]);
                break;
            case ColumnKind.Decimal64 or ColumnKind.Decimal128:
                p = _options.ScientificDecimals
                    ? FastText.ScientificDecimal(p, column.Decimal(row), column.Type.Scale)
                    : FastText.Decimal(p, column.Decimal(row), column.Type.Scale);
                break;
            case ColumnKind.Date:
                p = FastText.Date(p, ((int*)column.Data)[row]);
                break;
            case ColumnKind.Time:
                p = FastText.Time(p, ((int*)column.Data)[row]);
                break;
            case ColumnKind.Timestamp or ColumnKind.TimestampLtz:
                p = FastText.Timestamp(p, ((long*)column.Data)[row], column.Unit, (byte)' ', ref _day);
                *p = (byte)'Z';
                p += column.Kind == ColumnKind.TimestampLtz ? 1 : 0;
                break;
            default:
                p = FastText.Int64(p, column.Integer(row));
                break;
        }

        output.Advance(p);
    }

    private void Text(OutputBuffer output, ReadOnlySpan<byte> text, bool isFirst)
    {
        byte quote = _options.Quote;
        bool special = text.ContainsAny(_options.Delimiter, quote == 0 ? _options.Delimiter : quote, (byte)'\n')
            || text.Contains((byte)'\r') || (_options.Escape != 0 && text.Contains(_options.Escape));
        bool odd = (_options.NullLiteral is { } literal && text.SequenceEqual(literal))
            || (_options.TrimSpaces && !text.IsEmpty && (text[0] is (byte)' ' or (byte)'\t' || text[^1] is (byte)' ' or (byte)'\t'))
            || (isFirst && (text.IsEmpty || (_options.AllowComments && text[0] == '#')));
        if (quote == 0 || !(special || odd))
        {
            output.Write(text);
            return;
        }

        byte* p = output.Reserve(checked((text.Length * 2) + 2));
        *p++ = quote;
        foreach (byte b in text)
        {
            if (b == quote || (b == _options.Escape && b != 0))
            {
                *p++ = b;
            }

            *p++ = b;
        }

        *p++ = quote;
        output.Advance(p);
    }
}
