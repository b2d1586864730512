using System;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Reads one record straight into the columns' slots: by learned steps, or by the general grammar alone.</summary>
/// <remarks>Both ways share values and steps; only the general one, which predicts nothing, notes faults.</remarks>
internal sealed unsafe class JsonRecordReader
{
    private const uint Null = 0x6C6C756E;
    private const uint True = 0x65757274;
    private const uint Alse = 0x65736C61;
    private readonly ColumnSet _columns;
    private readonly JsonObject _root;
    private readonly JsonOptions _options;
    private readonly byte _separator;
    private readonly MapKeys _keys = new();
    private byte[] _scratch = new byte[256];
    private bool _general;
    private JsonFault _fault;

    public JsonRecordReader(ColumnSet columns, JsonOptions options)
    {
        _columns = columns;
        _options = options;
        _root = new JsonObject(columns.Root);
        _separator = options.IsoTimestamps ? (byte)'T' : (byte)' ';
        if (options.ChecksWantedOnly && _root.SeenMore.Length == 0)
        {
            _root.Enough = columns.WantedBits;
        }
    }

    /// <summary>Gets what is wrong with the record that the general grammar refused.</summary>
    public ref JsonFault Fault => ref _fault;

    /// <summary>Reads the record whose brace stands at <paramref name="p"/> by learned steps; null means: read it again.</summary>
    public byte* Predicted(byte* p, int row)
    {
        _general = false;
        return _root.SeenMore.Length == 0 ? WalkObject(_root, row, p) : ReadObject(_root, row, p);
    }

    /// <summary>Reads a record by the general grammar; null means that it is wrong, and <see cref="Fault"/> says why.</summary>
    public byte* General(byte* p, int row)
    {
        _general = true;
        _fault = default;
        return *p == '{' ? ReadObject(_root, row, p) : Accuse(DecodeErrorCode.Syntax, p, null, "expected a JSON object");
    }

    /// <summary>Follows learned steps through an object; every byte is matched by a step or parsed as a value.</summary>
    private byte* WalkObject(JsonObject type, int slot, byte* p)
    {
        JsonNode node = type.Start;
        ulong seen = 0;
        ulong enough = type.Enough;
        while (true)
        {
            JsonNode? next = node.First;
            if (next is not null && next.Hit(p))
            {
                p += next.Length;
            }
            else
            {
                p = Turn(type, node, p, out next);
                if (p is null)
                {
                    return null;
                }
            }

            node = next!;
            ulong bit = node.Bit;
            if ((seen & bit) != 0)
            {
                Repeat(type, node.Field, slot);
            }

            seen |= bit;
            DecodeColumn column = node.Column!;
            byte* end;
            switch (node.Kind)
            {
                case ColumnKind.Int64:
                    end = FastNumber.Int64(p, out ((long*)column.Data)[slot]);
                    break;
                case ColumnKind.Text:
                    end = *p == '"' ? ReadText(column, slot, p + 1) : null;
                    break;
                case ColumnKind.Float64:
                    end = FastNumber.Float64(p, out ((double*)column.Data)[slot]);
                    break;
                case ColumnKind.Timestamp when *p == '"':
                    end = column.LastDay.Parse(p + 1, _separator, column.TimestampScale, out ((long*)column.Data)[slot]);
                    end = end is not null && *end == '"' ? end + 1 : null;
                    break;
                case ColumnKind.Boolean:
                    end = ReadBoolean(column, slot, p);
                    break;
                case ColumnKind.Row when *p == '{' && node.Below!.SeenMore.Length == 0:
                    p = WalkObject(node.Below, slot, p);
                    goto Next;
                case JsonNode.CloseKind:
                    return Close(type, slot, seen, p);
                case JsonNode.UnknownKind:
                    p = SkipUnknown(p);
                    if (p is null)
                    {
                        return null;
                    }

                    continue;
                default:
                    p = ReadValue(column, node.Below, slot, p);
                    goto Next;
            }

            p = end is not null ? end : ReadOther(column, slot, p);
        Next:
            if (p is null)
            {
                return null;
            }

            if ((seen & enough) == enough)
            {
                return Leave(type, slot, seen, p);
            }
        }
    }

    /// <summary>Finds the step at <paramref name="p"/> where the most likely one does not stand; returns its end, or null.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* Turn(JsonObject type, JsonNode from, byte* p, out JsonNode? next)
    {
        next = from.Second;
        if (next is not null && next.Hit(p))
        {
            return p + next.Length;
        }

        next = type.Known(from, p);
        return next is not null ? p + next.Length : Step(type, from, p, out next);
    }

    /// <summary>Reads a record up to its line feed without a look: all that is wanted has come.</summary>
    private byte* Leave(JsonObject type, int slot, ulong seen, byte* p)
    {
        DecodeColumn[] fields = type.Fields;
        for (int i = 0; i < fields.Length; i++)
        {
            if ((seen >> i & 1) == 0)
            {
                fields[i].SetNull(slot);
            }
        }

        return TextScan.Any(p, (byte)'\n', (byte)'\n', (byte)'\n', out _);
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
            if (!general && next is not null && next.Hit(p))
            {
                p += next.Length;
            }
            else
            {
                p = general ? Step(type, node, p, out next) : Turn(type, node, p, out next);
                if (p is null)
                {
                    return null;
                }
            }

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
                ulong bit = node.Bit;
                if ((seen & bit) != 0 || type.SeenMore.Length != 0)
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

            if ((seen & type.Enough) == type.Enough)
            {
                return Leave(type, slot, seen, p);
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
                end = column.LastDay.Parse(p + 1, _separator, column.TimestampScale, out ((long*)column.Data)[slot]);
                end = end is not null && *end == '"' ? end + 1 : null;
                break;
            case ColumnKind.TimestampLtz when *p == '"':
                end = column.LastDay.Parse(p + 1, _separator, column.TimestampScale, out ((long*)column.Data)[slot]);
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
                end = ReadBoolean(column, slot, p);
                break;
            case ColumnKind.Row when *p == '{':
                end = _general || below!.SeenMore.Length != 0 ? ReadObject(below!, slot, p) : WalkObject(below, slot, p);
                return end is null && !HasFault ? ReadOther(column, slot, p) : end;
            case ColumnKind.Map when *p == '{':
                end = ReadMap(column, below, slot, p, skipsRepeated: false);
                return end is null && !HasFault ? ReadOther(column, slot, p) : end;
            case ColumnKind.List when *p == '[':
                end = ReadList(column, below, slot, p);
                return end is null && !HasFault ? ReadOther(column, slot, p) : end;
            default:
                end = null;
                break;
        }

        return end is not null && (!_general || IsDelimiter(*end)) ? end : ReadOther(column, slot, p);
    }

    private bool HasFault => !_general || _fault.Code != DecodeErrorCode.None;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* ReadText(DecodeColumn column, int slot, byte* p)
    {
        byte* end = TextScan.Json(p, out bool isAscii);
        int length = (int)(end - p);
        if (*end != '"' || (!isAscii && !Utf8.IsValid(new ReadOnlySpan<byte>(p, length))))
        {
            return null;
        }

        _columns.StoreView(column, slot, p, length);
        return end + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* ReadBoolean(DecodeColumn column, int slot, byte* p)
    {
        bool isTrue = Unsafe.ReadUnaligned<uint>(p) == True;
        column.Data[slot] = isTrue ? (byte)1 : (byte)0;
        return isTrue ? p + 4 : *p == 'f' && Unsafe.ReadUnaligned<uint>(p + 1) == Alse ? p + 5 : null;
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

            p = *p > ' ' ? p : JsonGrammar.SkipWhite(p);
            if (*p == ']')
            {
                // The items may have moved the offsets of a list that is itself an item.
                ((int*)column.Data)[slot + 1] = item.Length;
                return p + 1;
            }

            if (*p != ',')
            {
                return Accuse(DecodeErrorCode.Syntax, p, column, "expected ',' or ']'");
            }

            p = p[1] > ' ' ? p + 1 : JsonGrammar.SkipWhite(p + 1);
        }
    }

    /// <summary>Reads an object as a map; of repeated keys the last one counts.</summary>
    private byte* ReadMap(DecodeColumn column, JsonObject? below, int slot, byte* p, bool skipsRepeated)
    {
        byte* brace = p;
        DecodeColumn entries = column.Children[0];
        int first = entries.Length;
        p = JsonGrammar.SkipWhite(p + 1);
        if (*p == '}')
        {
            ((int*)column.Data)[slot + 1] = first;
            return p + 1;
        }

        while (true)
        {
            if (*p != '"')
            {
                return Accuse(DecodeErrorCode.Syntax, p, column, "expected a key");
            }

            byte* quote = p;
            int index = entries.Length;
            entries.EnsureSlot(index);
            byte* end = ReadText(entries.Children[0], index, p + 1);
            end = end is not null ? end : ReadKey(entries.Children[0], index, p);
            if (end is null)
            {
                return null;
            }

            p = JsonGrammar.SkipWhite(end);
            if (*p != ':')
            {
                return Accuse(DecodeErrorCode.Syntax, p, column, "expected ':'");
            }

            p = JsonGrammar.SkipWhite(p + 1);
            if (skipsRepeated && IsRepeated(quote, end, p))
            {
                p = SkipUnknown(p);
            }
            else
            {
                entries.Length = index + 1;
                p = ReadValue(entries.Children[1], below, index, p);
            }

            if (p is null)
            {
                return null;
            }

            p = JsonGrammar.SkipWhite(p);
            if (*p == '}')
            {
                break;
            }

            if (*p != ',')
            {
                return Accuse(DecodeErrorCode.Syntax, p, column, "expected ',' or '}'");
            }

            p = JsonGrammar.SkipWhite(p + 1);
        }

        if (!skipsRepeated && _keys.HasEqual(_columns, entries.Children[0], first, entries.Length))
        {
            column.TruncateItems(first);
            return ReadMap(column, below, slot, brace, skipsRepeated: true);
        }

        ((int*)column.Data)[slot + 1] = entries.Length;
        return p + 1;
    }

    /// <summary>Reads a map's key that has escapes, or finds its fault.</summary>
    private byte* ReadKey(DecodeColumn column, int slot, byte* p)
    {
        byte* end = JsonGrammar.EndOfText(p + 1, out _, out byte* wrong);
        if (end is null)
        {
            return BadSyntax(column, p, wrong);
        }

        ReadOnlySpan<byte> key = Unescaped(p + 1, end - 1, out bool whole);
        if (!whole)
        {
            return Accuse(DecodeErrorCode.BadUtf8, p, column, "key holds half of a surrogate pair");
        }

        TextValue.StoreText(_columns, column, slot, key);
        return end;
    }

    /// <summary>Tells whether a key comes again behind its value; the object is known to be well formed.</summary>
    private bool IsRepeated(byte* quote, byte* end, byte* value)
    {
        byte[] key = Unescaped(quote + 1, end - 1, out _).ToArray();
        byte* p = value;
        while (true)
        {
            p = JsonGrammar.SkipWhite(JsonGrammar.SkipValue(p, 1, out _));
            if (*p == '}')
            {
                return false;
            }

            quote = JsonGrammar.SkipWhite(p + 1);
            end = JsonGrammar.EndOfText(quote + 1, out _, out _);
            if (Unescaped(quote + 1, end - 1, out _).SequenceEqual(key))
            {
                return true;
            }

            p = JsonGrammar.SkipWhite(JsonGrammar.SkipWhite(end) + 1);
        }
    }

    /// <summary>Reads what the fast paths leave: null, quoted and odd numbers, escapes, scalars for text; or finds the fault.</summary>
    private byte* ReadOther(DecodeColumn column, int slot, byte* p)
    {
        if (Unsafe.ReadUnaligned<uint>(p) == Null && IsDelimiter(p[4]))
        {
            if (column.Nullable)
            {
                column.SetNull(slot);
                return p + 4;
            }

            return Accuse(DecodeErrorCode.NullValue, p, column, "column is NOT NULL, got null");
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
                : TextValue.Store(_columns, column, slot, text);
        }
        else
        {
            bool takes = column.Kind == ColumnKind.Text
                || (*p is (byte)'-' or (>= (byte)'0' and <= (byte)'9')
                    && column.Kind is >= ColumnKind.Int8 and <= ColumnKind.Decimal128);
            var text = new ReadOnlySpan<byte>(p, (int)(end - p));
            code = takes ? TextValue.Store(_columns, column, slot, text) : DecodeErrorCode.BadValue;
        }

        if (code == DecodeErrorCode.None)
        {
            return end;
        }

        if (_options.ZeroTimestampIsNull && column.Nullable && IsZeroTimestamp(column, p + 1))
        {
            column.SetNull(slot);
            return end;
        }

        if (_general && _options.IgnoreParseErrors && column.Nullable)
        {
            column.Rollback(slot);
            column.SetNull(slot);
            return end;
        }

        return _general ? Accuse(code, p, column, Expected(column, code, p, end)) : null;
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
                return Accuse(DecodeErrorCode.Syntax, q, null, "expected ',' or '}'");
            }

            q = JsonGrammar.SkipWhite(q + 1);
        }

        if (*q != '"')
        {
            return Accuse(DecodeErrorCode.Syntax, q, null, isFirst ? "expected a key or '}'" : "expected a key");
        }

        byte* end = JsonGrammar.EndOfText(q + 1, out _, out byte* wrong);
        if (end is null)
        {
            return BadSyntax(null, q, wrong);
        }

        ReadOnlySpan<byte> key = Unescaped(q + 1, end - 1, out bool whole);
        if (!whole)
        {
            return Accuse(DecodeErrorCode.BadUtf8, q, null, "key holds half of a surrogate pair");
        }

        q = JsonGrammar.SkipWhite(end);
        if (*q != ':')
        {
            return Accuse(DecodeErrorCode.Syntax, q, null, "expected ':'");
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
                return Accuse(DecodeErrorCode.MissingField, p - 1, fields[i], "field is missing");
            }

            if (!fields[i].Nullable)
            {
                return Accuse(DecodeErrorCode.NullValue, p - 1, fields[i], "column is NOT NULL and the field is missing");
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

    private static bool IsZeroTimestamp(DecodeColumn column, byte* p) =>
        column.Kind is ColumnKind.Timestamp or ColumnKind.TimestampLtz
        && new ReadOnlySpan<byte>(p, 10).SequenceEqual("0000-00-00"u8);

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
        return Accuse(badBytes ? DecodeErrorCode.BadUtf8 : DecodeErrorCode.Syntax, at, column, detail);
    }

    private byte* Accuse(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
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
