using System;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Decodes one JSON object a line straight into columns, predicting each key from the records before.</summary>
/// <remarks>
/// The predicted path may only say yes: every byte is matched by a learned text or parsed as a value. On any no the
/// record is read again from its first byte by the general grammar, and only that may call it wrong.
/// </remarks>
internal sealed unsafe class JsonDecoder : BlockDecoder
{
    private readonly JsonObject _root;
    private readonly JsonOptions _options;
    private readonly bool _predicts;
    private readonly int _maxRows;
    private readonly byte _separator;
    private FastTimestamp _timestamps;
    private byte[] _scratch = new byte[256];
    private bool _general;
    private JsonFault _fault;

    public JsonDecoder(FormatContext context, JsonOptions options, bool predicts = true)
        : base(context)
    {
        _root = new JsonObject(Columns.Root);
        _options = options;
        _predicts = predicts;
        _maxRows = context.MaxRows;
        _separator = options.IsoTimestamps ? (byte)'T' : (byte)' ';
    }

    private protected override bool DecodeBlock(byte* stop)
    {
        ColumnSet columns = Columns;
        byte* p = Cursor;
        while (p < stop && columns.Rows < _maxRows)
        {
            if (_predicts && *p == '{')
            {
                _general = false;
                byte* end = ReadObject(_root, columns.Rows, p);
                if (end is not null && *end == '\n')
                {
                    columns.Rows++;
                    CurrentLine++;
                    p = end + 1;
                    continue;
                }

                columns.RollbackRow();
            }

            bool good = ReadLine(p, out p);
            if (!good)
            {
                Cursor = p;
                CurrentLine++;
                return false;
            }

            CurrentLine++;
        }

        Cursor = p;
        return true;
    }

    /// <summary>Reads one line by the general grammar: a record, a blank line, or an error.</summary>
    private bool ReadLine(byte* record, out byte* next)
    {
        byte* p = JsonGrammar.SkipWhite(record);
        if (*p == '\n')
        {
            next = p + 1;
            return true;
        }

        _general = true;
        _fault = default;
        byte* end = null;
        if (*p == '{')
        {
            end = ReadObject(_root, Columns.Rows, p);
        }
        else
        {
            _fault.Set(DecodeErrorCode.Syntax, p, null, "expected a JSON object");
        }

        if (end is not null)
        {
            end = JsonGrammar.SkipWhite(end);
            if (*end == '\n')
            {
                Columns.Rows++;
                next = end + 1;
                return true;
            }

            _fault.Set(DecodeErrorCode.Syntax, end, null, "text after the record's closing brace");
        }

        Columns.RollbackRow();
        byte* newline = record;
        while (*newline != '\n')
        {
            newline += new ReadOnlySpan<byte>(newline, (int)Math.Min(Limit - newline, int.MaxValue)).IndexOf((byte)'\n');
        }

        next = newline + 1;
        if (_options.IgnoreParseErrors)
        {
            IgnoredRecords++;
            return true;
        }

        string field = _fault.Column?.Path ?? string.Empty;
        Fail(record, _fault.At, newline, _fault.Code, field, _fault.Describe(newline));
        return false;
    }

    /// <summary>Reads an object at its opening brace into a slot; returns behind its closing brace, or null.</summary>
    private byte* ReadObject(JsonObject type, int slot, byte* p)
    {
        JsonNode node = type.Start;
        ulong seen = 0;
        bool general = _general;
        if (type.SeenMore.Length != 0)
        {
            Array.Clear(type.SeenMore);
        }

        while (true)
        {
            JsonNode? next = node.First;
            if (general || next is null || !next.Hit(p))
            {
                next = node.Second;
                if (general || next is null || !next.Hit(p))
                {
                    p = Step(type, node, p, out next);
                    if (p is null)
                    {
                        return null;
                    }

                    goto Value;
                }
            }

            p += next.Length;
        Value:
            node = next!;
            int field = node.Field;
            if (field < 0)
            {
                if (field == JsonObject.Close)
                {
                    return Close(type, slot, seen, p);
                }

                p = SkipUnknown(p);
            }
            else
            {
                DecodeColumn column = node.Column!;
                ulong bit = 1UL << field;
                if ((seen & bit) != 0 && (field < 64 || type.SeenMore.Length != 0))
                {
                    Repeat(type, field, slot);
                }

                seen |= bit;
                if (type.SeenMore.Length != 0)
                {
                    type.SeenMore[field] = true;
                }

                p = ReadValue(column, node.Below, slot, p);
            }

            if (p is null)
            {
                return null;
            }
        }
    }

    /// <summary>Reads one value of a column at its first byte; returns its end, or null.</summary>
    private byte* ReadValue(DecodeColumn column, JsonObject? below, int slot, byte* p)
    {
        byte* end;
        switch (column.Kind)
        {
            case ColumnKind.Int64:
                end = FastNumber.Int64(p, out ((long*)column.Data)[slot]);
                break;
            case ColumnKind.Text:
                end = *p == '"' ? ReadText(column, slot, p + 1) : null;
                break;
            case ColumnKind.Timestamp when *p == '"':
                end = _timestamps.Parse(p + 1, _separator, column.TimestampScale, out ((long*)column.Data)[slot]);
                end = end is not null && *end == '"' ? end + 1 : null;
                break;
            case ColumnKind.TimestampLtz when *p == '"':
                end = _timestamps.Parse(p + 1, _separator, column.TimestampScale, out ((long*)column.Data)[slot]);
                end = end is not null && *end == 'Z' && end[1] == '"' ? end + 2 : null;
                break;
            case ColumnKind.Float64:
                end = FastNumber.Float64(p, out ((double*)column.Data)[slot]);
                break;
            case ColumnKind.Int8 or ColumnKind.Int16 or ColumnKind.Int32:
                end = FastNumber.Int64(p, out long integer);
                end = end is not null && TextValue.StoreInteger(column, slot, integer) ? end : null;
                break;
            case ColumnKind.Decimal64:
                long limit = FastNumber.DecimalLimit(column.Arrow.Precision);
                end = FastNumber.Decimal64(p, column.Arrow.Scale, limit, out ((long*)column.Data)[slot]);
                break;
            case ColumnKind.Boolean:
                bool isTrue = *p == 't';
                column.Data[slot] = isTrue ? (byte)1 : (byte)0;
                end = isTrue ? JsonGrammar.IsWord(p, "true"u8) ? p + 4 : null : JsonGrammar.IsWord(p, "false"u8) ? p + 5 : null;
                break;
            case ColumnKind.Row when *p == '{':
                end = ReadObject(below!, slot, p);
                return end is null && !IsFault ? ReadOther(column, slot, p) : end;
            case ColumnKind.List when *p == '[':
                end = ReadList(column, below, slot, p);
                return end is null && !IsFault ? ReadOther(column, slot, p) : end;
            default:
                end = null;
                break;
        }

        return end is not null && (!_general || IsDelimiter(*end)) ? end : ReadOther(column, slot, p);
    }

    private bool IsFault => !_general || _fault.Code != DecodeErrorCode.None;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* ReadText(DecodeColumn column, int slot, byte* p)
    {
        byte* end = JsonGrammar.ScanText(p, out bool isAscii);
        int length = (int)(end - p);
        if (*end != '"' || (!isAscii && !Utf8.IsValid(new ReadOnlySpan<byte>(p, length))))
        {
            return null;
        }

        ((StringView*)column.Data)[slot] = Columns.View(column, p, length);
        return end + 1;
    }

    private byte* ReadList(DecodeColumn column, JsonObject? below, int slot, byte* p)
    {
        DecodeColumn item = column.Children[0];
        int* offsets = (int*)column.Data;
        p = JsonGrammar.SkipWhite(p + 1);
        if (*p == ']')
        {
            offsets[slot + 1] = item.Length;
            return p + 1;
        }

        while (true)
        {
            int index = item.Length;
            item.EnsureSlot(index);
            item.Length = index + 1;
            p = ReadValue(item, below, index, p);
            if (p is null)
            {
                return null;
            }

            p = JsonGrammar.SkipWhite(p);
            if (*p == ']')
            {
                // The items may have moved the offsets of a list that is itself an item.
                ((int*)column.Data)[slot + 1] = item.Length;
                return p + 1;
            }

            if (*p != ',')
            {
                return Fault(DecodeErrorCode.Syntax, p, column, "expected ',' or ']'");
            }

            p = JsonGrammar.SkipWhite(p + 1);
        }
    }

    /// <summary>Reads what the fast paths leave: null, quoted and odd numbers, escapes, scalars for text; or finds the fault.</summary>
    private byte* ReadOther(DecodeColumn column, int slot, byte* p)
    {
        if (*p == 'n' && JsonGrammar.IsWord(p, "null"u8) && IsDelimiter(p[4]))
        {
            if (column.Nullable)
            {
                column.SetNull(slot);
                return p + 4;
            }

            return Fault(DecodeErrorCode.NullValue, p, column, "column is NOT NULL, got null");
        }

        byte* end = JsonGrammar.SkipValue(p, 1, out byte* wrong);
        if (end is null || !IsDelimiter(*end))
        {
            return BadSyntax(column, p, end is null ? wrong : end);
        }

        DecodeErrorCode code;
        if (*p == '"')
        {
            ReadOnlySpan<byte> text = Unescaped(p + 1, end - 1, out bool whole);
            code = !whole ? DecodeErrorCode.BadUtf8
                : IsOtherTimestamp(column, text) ? DecodeErrorCode.BadValue
                : TextValue.Store(Columns, column, slot, text);
        }
        else
        {
            bool takes = column.Kind == ColumnKind.Text
                || (*p is (byte)'-' or (>= (byte)'0' and <= (byte)'9')
                    && column.Kind is >= ColumnKind.Int8 and <= ColumnKind.Decimal128);
            var text = new ReadOnlySpan<byte>(p, (int)(end - p));
            code = takes ? TextValue.Store(Columns, column, slot, text) : DecodeErrorCode.BadValue;
        }

        if (code == DecodeErrorCode.None)
        {
            return end;
        }

        if (_general && _options.IgnoreParseErrors && column.Nullable)
        {
            column.Rollback(slot);
            column.SetNull(slot);
            return end;
        }

        return _general ? Fault(code, p, column, Expected(column, code, p, end)) : null;
    }

    /// <summary>Takes one step by the grammar: comma or opening brace, key and colon, or the closing brace.</summary>
    private byte* Step(JsonObject type, JsonNode from, byte* p, out JsonNode? next)
    {
        byte* q = p;
        bool isFirst = from == type.Start;
        next = null;
        q = isFirst ? JsonGrammar.SkipWhite(q + 1) : JsonGrammar.SkipWhite(q);
        if (*q == '}')
        {
            next = type.Learn(from, p, q + 1, JsonObject.Close);
            return q + 1;
        }

        if (!isFirst)
        {
            if (*q != ',')
            {
                return Fault(DecodeErrorCode.Syntax, q, null, "expected ',' or '}'");
            }

            q = JsonGrammar.SkipWhite(q + 1);
        }

        if (*q != '"')
        {
            return Fault(DecodeErrorCode.Syntax, q, null, isFirst ? "expected a key or '}'" : "expected a key");
        }

        byte* end = JsonGrammar.EndOfText(q + 1, out _, out byte* wrong);
        if (end is null)
        {
            return BadSyntax(null, q, wrong);
        }

        ReadOnlySpan<byte> key = Unescaped(q + 1, end - 1, out bool whole);
        if (!whole)
        {
            return Fault(DecodeErrorCode.BadUtf8, q, null, "key holds half of a surrogate pair");
        }

        q = JsonGrammar.SkipWhite(end);
        if (*q != ':')
        {
            return Fault(DecodeErrorCode.Syntax, q, null, "expected ':'");
        }

        q = JsonGrammar.SkipWhite(q + 1);
        next = type.Learn(from, p, q, type.Find(key));
        return q;
    }

    /// <summary>Gives the fields that did not come their NULL; returns <paramref name="p"/>, or null.</summary>
    private byte* Close(JsonObject type, int slot, ulong seen, byte* p)
    {
        DecodeColumn[] fields = type.Fields;
        bool many = type.SeenMore.Length != 0;
        ulong all = fields.Length >= 64 ? ulong.MaxValue : (1UL << fields.Length) - 1;
        if (seen == all && !many)
        {
            return p;
        }

        for (int i = 0; i < fields.Length; i++)
        {
            if (many ? type.SeenMore[i] : (seen >> i & 1) != 0)
            {
                continue;
            }

            if (_options.FailOnMissingField)
            {
                return Fault(DecodeErrorCode.MissingField, p - 1, fields[i], "field is missing");
            }

            if (!fields[i].Nullable)
            {
                return Fault(DecodeErrorCode.NullValue, p - 1, fields[i], "column is NOT NULL and the field is missing");
            }

            fields[i].SetNull(slot);
        }

        return p;
    }

    private static void Repeat(JsonObject type, int field, int slot)
    {
        if (type.SeenMore.Length == 0 || type.SeenMore[field])
        {
            type.Fields[field].Rollback(slot);
        }
    }

    private byte* SkipUnknown(byte* p)
    {
        byte* end = JsonGrammar.SkipValue(p, 1, out byte* wrong);
        return end is null || !IsDelimiter(*end) ? BadSyntax(null, p, end is null ? wrong : end) : end;
    }

    private ReadOnlySpan<byte> Unescaped(byte* p, byte* end, out bool whole)
    {
        int length = (int)(end - p);
        var raw = new ReadOnlySpan<byte>(p, length);
        whole = true;
        if (raw.IndexOf((byte)'\\') < 0)
        {
            return raw;
        }

        if (_scratch.Length < length)
        {
            _scratch = new byte[Math.Max(length, _scratch.Length * 2)];
        }

        fixed (byte* target = _scratch)
        {
            int written = JsonGrammar.Unescape(p, end, target);
            whole = written >= 0;
            return whole ? _scratch.AsSpan(0, written) : default;
        }
    }

    /// <summary>Tells whether a timestamp is written in the standard that the table does not name.</summary>
    private bool IsOtherTimestamp(DecodeColumn column, ReadOnlySpan<byte> text) =>
        column.Kind is ColumnKind.Timestamp or ColumnKind.TimestampLtz && (text.Length < 11 || text[10] != _separator);

    private static bool IsDelimiter(byte b) => b is (byte)',' or (byte)'}' or (byte)']' or (byte)' ' or (byte)'\t'
        or (byte)'\r' or (byte)'\n';

    private byte* BadSyntax(DecodeColumn? column, byte* value, byte* at)
    {
        if (!_general)
        {
            return null;
        }

        bool isText = *value == '"';
        bool badBytes = isText && at == value + 1 && *at is not ((byte)'\\' or (byte)'"') && *at >= 0x20;
        string detail = isText && at == value ? "half of a surrogate pair in text"
            : badBytes ? "text is not UTF-8"
            : isText && *at == '\n' ? "text is not closed"
            : isText && *at == '\\' ? "escape is not valid"
            : isText && *at < 0x20 ? "control character in text"
            : "value is not JSON";
        return Fault(badBytes ? DecodeErrorCode.BadUtf8 : DecodeErrorCode.Syntax, at, column, detail);
    }

    private byte* Fault(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
    {
        if (_general)
        {
            _fault.Set(code, at, column, detail);
        }

        return null;
    }

    private static string Expected(DecodeColumn column, DecodeErrorCode code, byte* p, byte* end)
    {
        int length = (int)Math.Min(end - p, 60);
        string got = Encoding.UTF8.GetString(p, length) + (end - p > length ? "…" : string.Empty);
        string type = column.Type.WithNullable(nullable: true).Materialized().ToString();
        return code == DecodeErrorCode.OutOfRange
            ? $"value is out of range for {type}, got {got}"
            : $"expected {type}, got {got}";
    }
}
