using System;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Reads single fields: plain values in place, all others in their general form; notes what is wrong.</summary>
internal sealed unsafe class CsvFieldReader
{
    private readonly ColumnSet _columns;
    private readonly CsvOptions _options;
    private readonly byte _delimiter;
    private readonly byte _quote;
    private readonly byte _escape;
    private byte[] _scratch = new byte[256];
    private byte* _plain;

    public CsvFieldReader(ColumnSet columns, CsvOptions options)
    {
        _columns = columns;
        _options = options;
        _delimiter = options.Delimiter;
        _quote = options.Quote == 0 ? (byte)'\n' : options.Quote;
        _escape = options.Escape == 0 ? (byte)'\n' : options.Escape;
    }

    /// <summary>Gets what is wrong with the field that was refused last.</summary>
    public DecodeErrorCode Code { get; private set; }

    /// <summary>Gets whether the last refusal is only for want of bytes: a quoted field that may go on behind them.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Gets or sets where the bytes end.</summary>
    public byte* Limit { get; set; }

    /// <summary>Gets where the fault stands.</summary>
    public byte* At { get; private set; }

    /// <summary>Gets the column of the fault, if any.</summary>
    public DecodeColumn? Column { get; private set; }

    /// <summary>Gets what was expected and found.</summary>
    public string Detail { get; private set; } = string.Empty;

    /// <summary>Reads a field whose end is known; false when it is wrong or ends elsewhere.</summary>
    public bool Store(DecodeColumn column, int row, byte* start, byte* end) => Read(column, row, start) == end;

    /// <summary>Reads one field of a column; returns the delimiter or line end behind it, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Read(DecodeColumn column, int row, byte* p)
    {
        if (_options.TrimSpaces)
        {
            return ReadOther(column, row, SkipSpaces(p));
        }

        byte* end = null;
        switch (column.Kind)
        {
            case ColumnKind.Text:
                return ReadText(column, row, p);
            case ColumnKind.Int64:
                end = FastNumber.Int64(p, out ((long*)column.Data)[row]);
                break;
            case ColumnKind.Float64:
                end = FastNumber.Float64(p, out ((double*)column.Data)[row]);
                break;
            case ColumnKind.Int8 or ColumnKind.Int16 or ColumnKind.Int32:
                end = FastNumber.Int64(p, out long integer);
                end = end is not null && TextValue.StoreInteger(column, row, integer) ? end : null;
                break;
            case ColumnKind.Decimal64:
                long limit = FastNumber.DecimalLimit(column.Arrow.Precision);
                end = FastNumber.Decimal64(p, column.Arrow.Scale, limit, out ((long*)column.Data)[row]);
                break;
            case ColumnKind.Timestamp:
                end = column.LastDay.Parse(p, (byte)' ', column.TimestampScale, out ((long*)column.Data)[row]);
                break;
            default:
                break;
        }

        return end is not null && (*end == _delimiter || *end == '\n') && _options.NullLiteral is null
            ? end : ReadOther(column, row, p);
    }

    /// <summary>Reads a text field; returns the delimiter or line end behind it, or null.</summary>
    public byte* ReadText(DecodeColumn column, int row, byte* p)
    {
        bool quoted = *p == _quote && _quote != '\n';
        byte* from = quoted ? p + 1 : p;
        byte* end = TextScan.Any(from, quoted ? _quote : _delimiter, _quote, _escape, out bool isAscii);
        bool isPlain = quoted
            ? *end == _quote && (end[1] == _delimiter || end[1] == '\n')
            : *end == _delimiter || *end == '\n';
        if (!isPlain || _options.TextMayBeNull)
        {
            return ReadOther(column, row, p);
        }

        byte* behind = quoted ? end + 1 : end;
        end = !quoted && *end == '\n' && end > p && end[-1] == '\r' ? end - 1 : end;
        int length = (int)(end - from);
        if (!isAscii && !Utf8.IsValid(new ReadOnlySpan<byte>(from, length)))
        {
            return Fault(DecodeErrorCode.BadUtf8, p, column, "text is not UTF-8");
        }

        _columns.StoreView(column, row, from, length);
        return quoted ? behind : end;
    }

    /// <summary>Reads a field in its general form: quoted, escaped, null literal, empty, nested, or wrong.</summary>
    private byte* ReadOther(DecodeColumn column, int row, byte* p)
    {
        byte* end = FindEnd(p, out bool quoted, out bool special);
        if (end is null)
        {
            Column = column;
            return null;
        }

        byte* from = quoted ? p + 1 : p;
        byte* to = end;
        while (_options.TrimSpaces && to > from && to > _plain && to[-1] is (byte)' ' or (byte)'\t')
        {
            to--;
        }

        to -= quoted ? 1 : 0;
        var text = new ReadOnlySpan<byte>(from, (int)(to - from));

        if (quoted ? text.IsEmpty && _options.EmptyIsNull : IsNull(column, text))
        {
            return column.Nullable
                ? Null(column, row, end)
                : Fault(DecodeErrorCode.NullValue, p, column, "column is NOT NULL, got an empty field or the null literal");
        }

        if (special)
        {
            text = Plain(text, quoted);
        }

        if (!special && column.Kind == ColumnKind.Text && Utf8.IsValid(text))
        {
            _columns.StoreView(column, row, from, text.Length);
            return end;
        }

        DecodeErrorCode code = column.Kind is ColumnKind.List or ColumnKind.Row
            ? ReadNested(column, row, text)
            : TextValue.Store(_columns, column, row, text);
        if (code == DecodeErrorCode.None)
        {
            return end;
        }

        if (_options.IgnoreParseErrors && column.Nullable)
        {
            column.Rollback(row);
            return Null(column, row, end);
        }

        string type = column.Type.WithNullable(nullable: true).Materialized().ToString();
        string got = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 60)]);
        return Fault(
            code,
            p,
            column,
            code == DecodeErrorCode.OutOfRange ? $"value is out of range for {type}, got {got}" : $"expected {type}, got {got}");
    }

    /// <summary>Skips spaces where the table says so.</summary>
    public byte* SkipSpaces(byte* p)
    {
        while (_options.TrimSpaces && *p is (byte)' ' or (byte)'\t' && *p != _delimiter)
        {
            p++;
        }

        return p;
    }

    private static byte* Null(DecodeColumn column, int row, byte* end)
    {
        column.SetNull(row);
        return end;
    }

    private bool IsNull(DecodeColumn column, ReadOnlySpan<byte> text) =>
        (_options.NullLiteral is { } literal && text.SequenceEqual(literal))
        || (text.IsEmpty && _options.EmptyIsNull)
        || (text.IsEmpty && column.Kind is not (ColumnKind.Text or ColumnKind.Bytes or ColumnKind.List));

    private DecodeErrorCode ReadNested(DecodeColumn column, int row, ReadOnlySpan<byte> text)
    {
        bool isList = column.Kind == ColumnKind.List;
        DecodeColumn[] children = column.Children;
        DecodeErrorCode code = DecodeErrorCode.None;
        bool more = !(isList && text.IsEmpty);
        for (int i = 0; more && code == DecodeErrorCode.None; i++)
        {
            int cut = text.IndexOf(_options.ElementDelimiter);
            ReadOnlySpan<byte> element = cut < 0 ? text : text[..cut];
            text = cut < 0 ? default : text[(cut + 1)..];
            more = cut >= 0;
            if (!isList && i >= children.Length)
            {
                return DecodeErrorCode.BadValue;
            }

            DecodeColumn child = isList ? children[0] : children[i];
            int slot = isList ? child.Length : row;
            if (isList)
            {
                child.EnsureSlot(slot);
                child.Length++;
            }

            if (!IsNull(child, element))
            {
                code = TextValue.Store(_columns, child, slot, element);
            }
            else if (child.Nullable)
            {
                child.SetNull(slot);
            }
            else
            {
                code = DecodeErrorCode.NullValue;
            }

            if (!isList && !more && i + 1 < children.Length)
            {
                return DecodeErrorCode.BadValue;
            }
        }

        if (isList)
        {
            ((int*)column.Data)[row + 1] = children[0].Length;
        }

        return code;
    }

    /// <summary>Finds the delimiter or line end behind a field; null and a fault when its quotes are wrong.</summary>
    public byte* FindEnd(byte* p, out bool quoted, out bool special)
    {
        p = SkipSpaces(p);
        quoted = *p == _quote && _quote != '\n';
        special = false;
        byte* from = p;
        _plain = p;
        p += quoted ? 1 : 0;
        while (true)
        {
            p = TextScan.Any(p, quoted ? _quote : _delimiter, _quote, _escape, out _);
            if (*p == '\n')
            {
                if (quoted && _options.Multiline)
                {
                    p++;
                    if (p < Limit)
                    {
                        continue;
                    }

                    Fault(DecodeErrorCode.Syntax, from, null, "quote is not closed before the end of the file");
                    IsCut = true;
                    return null;
                }

                if (quoted)
                {
                    return Fault(DecodeErrorCode.Syntax, from, null, "quote is not closed on its line");
                }

                return p > _plain && p[-1] == '\r' ? p - 1 : p;
            }

            if (*p == _escape && p[1] != '\n')
            {
                special = true;
                p += 2;
                _plain = p;
            }
            else if (*p == _quote && quoted)
            {
                if (p[1] != _quote)
                {
                    p = SkipSpaces(p + 1);
                    break;
                }

                special = true;
                p += 2;
            }
            else if (*p == _delimiter && !quoted)
            {
                return p;
            }
            else
            {
                string detail = *p == _escape ? "escape at the end of the line" : "quote in a field that does not begin with one";
                return Fault(DecodeErrorCode.Syntax, p, null, detail);
            }
        }

        return *p == _delimiter || *p == '\n' || (*p == '\r' && p[1] == '\n')
            ? p
            : Fault(DecodeErrorCode.Syntax, p, null, "text behind a closing quote");
    }

    /// <summary>Takes escapes and doubled quotes out.</summary>
    private ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> text, bool quoted)
    {
        if (_scratch.Length < text.Length)
        {
            _scratch = new byte[Math.Max(text.Length, _scratch.Length * 2)];
        }

        int to = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            bool isMark = (b == _escape && b != '\n') || (quoted && b == _quote);
            i += isMark && i + 1 < text.Length ? 1 : 0;
            _scratch[to++] = text[i];
        }

        return _scratch.AsSpan(0, to);
    }

    /// <summary>Notes a fault; returns null.</summary>
    public byte* Fault(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
    {
        Code = code;
        At = at;
        Column = column;
        Detail = detail;
        IsCut = false;
        return null;
    }
}
