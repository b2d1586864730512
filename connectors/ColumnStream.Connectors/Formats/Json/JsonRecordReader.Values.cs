using System;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <content>Values of every type, lists and maps.</content>
internal sealed unsafe partial class JsonRecordReader
{
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
}
