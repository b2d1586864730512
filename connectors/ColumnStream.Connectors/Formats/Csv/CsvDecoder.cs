using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Decodes delimited lines into columns; a line feed always ends a record, even inside quotes.</summary>
/// <remarks>
/// Plain numbers and timestamps are parsed in place; all else is found by a vector scan for delimiter, quote, escape and
/// line feed. An empty field is '' for text and NULL for all other types.
/// </remarks>
internal sealed unsafe class CsvDecoder : BlockDecoder
{
    private readonly FormatContext _context;
    private readonly CsvOptions _options;
    private readonly DecodeColumn[] _columns;
    private readonly byte _delimiter;
    private readonly byte _quote;
    private readonly byte _escape;
    private readonly int _maxRows;
    private byte[] _scratch = new byte[256];
    private bool _header;
    private DecodeErrorCode _code;
    private byte* _at;
    private DecodeColumn? _column;
    private string _detail = string.Empty;

    public CsvDecoder(FormatContext context, CsvOptions options)
        : base(context)
    {
        _context = context;
        _options = options;
        _columns = Columns.Root.Children;
        _delimiter = options.Delimiter;
        _quote = options.Quote == 0 ? (byte)'\n' : options.Quote;
        _escape = options.Escape == 0 ? (byte)'\n' : options.Escape;
        _maxRows = context.MaxRows;
    }

    private protected override void OnBegin(long position) => _header = _options.Header && position == 0;

    private protected override bool DecodeBlock(byte* stop)
    {
        byte* p = Cursor;
        while (p < stop && Columns.Rows < _maxRows)
        {
            if (*p is (byte)'\n' or (byte)'\r' or (byte)'#' && IsNoRecord(p))
            {
                p = EndOfLine(p) + 1;
                CurrentLine++;
                continue;
            }

            if (_header)
            {
                _header = false;
                byte* end = EndOfLine(p);
                CsvHeader.Check(_context, _options, new ReadOnlySpan<byte>(p, (int)(end - p)));
                p = end + 1;
                CurrentLine++;
                continue;
            }

            byte* next = ReadRecord(p);
            if (next is not null)
            {
                Columns.Rows++;
                CurrentLine++;
                p = next;
                continue;
            }

            Columns.RollbackRow();
            byte* newline = EndOfLine(p);
            byte* record = p;
            p = newline + 1;
            if (_options.IgnoreParseErrors)
            {
                IgnoredRecords++;
                CurrentLine++;
                continue;
            }

            Fail(record, _at, newline, _code, _column?.Path ?? string.Empty, _detail);
            CurrentLine++;
            Cursor = p;
            return false;
        }

        Cursor = p;
        return true;
    }

    private bool IsNoRecord(byte* p) =>
        *p == '\n' || (*p == '\r' && p[1] == '\n') || (*p == '#' && _options.AllowComments);

    private byte* EndOfLine(byte* p)
    {
        while (*p != '\n')
        {
            p += new ReadOnlySpan<byte>(p, (int)Math.Min(Limit - p, int.MaxValue)).IndexOf((byte)'\n');
        }

        return p;
    }

    /// <summary>Reads one record; returns behind its line feed, or null when it is wrong.</summary>
    private byte* ReadRecord(byte* p)
    {
        int row = Columns.Rows;
        DecodeColumn[] columns = _columns;
        for (int i = 0; i < columns.Length; i++)
        {
            byte* end = ReadField(columns[i], row, p);
            if (end is null)
            {
                return null;
            }

            bool isLast = i == columns.Length - 1;
            if (*end == _delimiter && !isLast)
            {
                p = end + 1;
                continue;
            }

            byte* line = *end == '\r' && end[1] == '\n' ? end + 1 : end;
            if (isLast && *line == '\n')
            {
                return line + 1;
            }

            return Ragged(end, i + 1);
        }

        return null;
    }

    private byte* Ragged(byte* p, int fields)
    {
        byte* at = p;
        while (*p == _delimiter)
        {
            fields++;
            byte* end = FindEnd(p + 1, out _, out _);
            if (end is null)
            {
                return null;
            }

            p = end;
        }

        string noun = _columns.Length == 1 ? "field" : "fields";
        return Fault(DecodeErrorCode.Ragged, at, null, $"expected {_columns.Length} {noun}, got {fields}");
    }

    /// <summary>Reads one field of a column; returns the delimiter or line end behind it, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* ReadField(DecodeColumn column, int row, byte* p)
    {
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

    private byte* ReadText(DecodeColumn column, int row, byte* p)
    {
        if (*p == _quote || _options.NullLiteral is not null)
        {
            return ReadOther(column, row, p);
        }

        byte* end = Scan(p, out bool isAscii);
        if (*end != _delimiter && *end != '\n')
        {
            return ReadOther(column, row, p);
        }

        end = *end == '\n' && end > p && end[-1] == '\r' ? end - 1 : end;
        int length = (int)(end - p);
        if (!isAscii && !Utf8.IsValid(new ReadOnlySpan<byte>(p, length)))
        {
            return Fault(DecodeErrorCode.BadUtf8, p, column, "text is not UTF-8");
        }

        Columns.StoreView(column, row, p, length);
        return end;
    }

    /// <summary>Reads a field in its general form: quoted, escaped, null literal, empty, nested, or wrong.</summary>
    private byte* ReadOther(DecodeColumn column, int row, byte* p)
    {
        byte* end = FindEnd(p, out bool quoted, out bool special);
        if (end is null)
        {
            _column = column;
            return null;
        }

        byte* from = quoted ? p + 1 : p;
        byte* to = quoted ? end - 1 : end;
        var text = new ReadOnlySpan<byte>(from, (int)(to - from));
        if (!quoted && IsNull(column, text))
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
            Columns.StoreView(column, row, from, text.Length);
            return end;
        }

        DecodeErrorCode code = column.Kind is ColumnKind.List or ColumnKind.Row
            ? ReadNested(column, row, text)
            : TextValue.Store(Columns, column, row, text);
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

    private static byte* Null(DecodeColumn column, int row, byte* end)
    {
        column.SetNull(row);
        return end;
    }

    private bool IsNull(DecodeColumn column, ReadOnlySpan<byte> text) =>
        (_options.NullLiteral is { } literal && text.SequenceEqual(literal))
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
                code = TextValue.Store(Columns, child, slot, element);
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
    private byte* FindEnd(byte* p, out bool quoted, out bool special)
    {
        quoted = *p == _quote && _quote != '\n';
        special = false;
        byte* from = p;
        p += quoted ? 1 : 0;
        while (true)
        {
            p = quoted ? ScanQuoted(p) : Scan(p, out _);
            if (*p == '\n')
            {
                if (quoted)
                {
                    return Fault(DecodeErrorCode.Syntax, from, null, "quote is not closed on its line");
                }

                return p > from && p[-1] == '\r' ? p - 1 : p;
            }

            if (*p == _escape && p[1] != '\n')
            {
                special = true;
                p += 2;
            }
            else if (*p == _quote && quoted)
            {
                if (p[1] != _quote)
                {
                    p++;
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

    /// <summary>Finds the first delimiter, quote, escape or line feed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Scan(byte* p, out bool isAscii)
    {
        uint high = 0;
        Vector256<byte> delimiter = Vector256.Create(_delimiter);
        Vector256<byte> quote = Vector256.Create(_quote);
        Vector256<byte> escape = Vector256.Create(_escape);
        while (true)
        {
            Vector256<byte> block = Vector256.Load(p);
            uint stops = (Vector256.Equals(block, delimiter) | Vector256.Equals(block, quote)
                | Vector256.Equals(block, escape) | Vector256.Equals(block, Vector256.Create((byte)'\n')))
                .ExtractMostSignificantBits();
            uint top = block.ExtractMostSignificantBits();
            if (stops != 0)
            {
                int at = BitOperations.TrailingZeroCount(stops);
                isAscii = (high | (top & ((1u << at) - 1))) == 0;
                return p + at;
            }

            high |= top;
            p += 32;
        }
    }

    private byte* ScanQuoted(byte* p)
    {
        while (true)
        {
            Vector256<byte> block = Vector256.Load(p);
            uint stops = (Vector256.Equals(block, Vector256.Create(_quote)) | Vector256.Equals(block, Vector256.Create(_escape))
                | Vector256.Equals(block, Vector256.Create((byte)'\n'))).ExtractMostSignificantBits();
            if (stops != 0)
            {
                return p + BitOperations.TrailingZeroCount(stops);
            }

            p += 32;
        }
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
            i += (b == _escape || (quoted && b == _quote)) && i + 1 < text.Length ? 1 : 0;
            _scratch[to++] = text[i];
        }

        return _scratch.AsSpan(0, to);
    }

    private byte* Fault(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
    {
        _code = code;
        _at = at;
        _column = column;
        _detail = detail;
        return null;
    }
}
