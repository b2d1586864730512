using System;
using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Writes rows of bound columns as JSON objects.</summary>
internal sealed unsafe class JsonText
{
    private readonly EncodeColumn[] _columns;
    private readonly bool _leaveNullsOut;
    private readonly string _nullKeyMode;
    private readonly byte[] _nullKey;
    private readonly bool _plainDecimals;
    private readonly byte _separator;
    private DayText _day;

    public JsonText(EncodeColumn[] columns, JsonOptions options)
    {
        _columns = columns;
        _leaveNullsOut = options.IgnoreNullFields;
        _nullKeyMode = options.NullKeyMode;
        _nullKey = Encoding.UTF8.GetBytes(options.NullKeyLiteral);
        _plainDecimals = options.PlainDecimals;
        _separator = options.IsoTimestamps ? (byte)'T' : (byte)' ';
        Prepare(columns);
    }

    /// <summary>Writes one row as an object.</summary>
    public void WriteRow(OutputBuffer output, int row)
    {
        byte* p = output.Reserve(MaxBytes(_columns, row));
        output.Advance(WriteObject(p, _columns, row));
    }

    /// <summary>Writes one value, which is not NULL, as JSON.</summary>
    public void WriteValue(OutputBuffer output, EncodeColumn column, int row)
    {
        byte* p = output.Reserve(MaxBytes(column, row));
        output.Advance(WriteValue(p, column, row));
    }

    private static void Prepare(EncodeColumn[] columns)
    {
        foreach (EncodeColumn column in columns)
        {
            var room = new byte[(Encoding.UTF8.GetByteCount(column.Name) * 6) + 128];
            fixed (byte* start = room)
            {
                *start = (byte)',';
                byte* end = WriteText(start + 1, Encoding.UTF8.GetBytes(column.Name));
                *end++ = (byte)':';
                column.Lead = room.AsSpan(0, (int)(end - start)).ToArray();
            }

            Prepare(column.Children);
        }
    }

    /// <summary>Returns room that is surely enough: text may grow sixfold.</summary>
    private int MaxBytes(EncodeColumn[] columns, int row)
    {
        int bytes = 2;
        foreach (EncodeColumn column in columns)
        {
            bytes = checked(bytes + column.Lead.Length + MaxBytes(column, row));
        }

        return bytes;
    }

    private int MaxBytes(EncodeColumn column, int row)
    {
        switch (column.Kind)
        {
            case ColumnKind.Text:
                return column.IsNull(row) ? 4 : checked((column.Bytes(row).Length * 6) + 2 + 32);
            case ColumnKind.Bytes:
                return column.IsNull(row) ? 4 : Base64.GetMaxEncodedToUtf8Length(column.Bytes(row).Length) + 2;
            case ColumnKind.Row:
                return column.IsNull(row) ? 4 : MaxBytes(column.Children, row);
            case ColumnKind.Map when !column.IsNull(row):
                int entries = 2;
                for (int i = ((int*)column.Data)[row]; i < ((int*)column.Data)[row + 1]; i++)
                {
                    entries = checked(entries + MaxKeyBytes(column.Children[0], i) + 36 + MaxBytes(column.Children[1], i));
                }

                return entries;
            case ColumnKind.List when !column.IsNull(row):
                int bytes = 2;
                for (int i = ((int*)column.Data)[row]; i < ((int*)column.Data)[row + 1]; i++)
                {
                    bytes = checked(bytes + 1 + MaxBytes(column.Children[0], i));
                }

                return bytes;
            default:
                return FastText.MaxLength;
        }
    }

    private int MaxKeyBytes(EncodeColumn key, int row)
    {
        if (key.IsNull(row) || key.Kind == ColumnKind.Text)
        {
            return checked((key.IsNull(row) ? _nullKey.Length : key.Bytes(row).Length) * 6);
        }

        // The key's JSON stands behind the room for its text while it is quoted.
        return checked((MaxBytes(key, row) * 7) + 64);
    }

    private byte* WriteObject(byte* p, EncodeColumn[] columns, int row)
    {
        byte* start = p;
        foreach (EncodeColumn column in columns)
        {
            bool isNull = column.IsNull(row);
            if (isNull && _leaveNullsOut)
            {
                continue;
            }

            p = WriteLead(p, column.Lead);
            p = isNull ? Word(p, "null"u8) : WriteValue(p, column, row);
        }

        if (p == start)
        {
            *p++ = (byte)'{';
        }
        else
        {
            *start = (byte)'{';
        }

        *p = (byte)'}';
        return p + 1;
    }

    private byte* WriteValue(byte* p, EncodeColumn column, int row)
    {
        switch (column.Kind)
        {
            case ColumnKind.Int64:
                return FastText.Int64(p, ((long*)column.Data)[row]);
            case ColumnKind.Text:
                return WriteText(p, column.Bytes(row));
            case ColumnKind.Int8 or ColumnKind.Int16 or ColumnKind.Int32:
                return FastText.Int64(p, column.Integer(row));
            case ColumnKind.Float64:
                double number = ((double*)column.Data)[row];
                return double.IsFinite(number) ? FastText.Float64(p, number) : NotFinite(p, number);
            case ColumnKind.Float32:
                float single = ((float*)column.Data)[row];
                return float.IsFinite(single) ? FastText.Float32(p, single) : NotFinite(p, single);
            case ColumnKind.Decimal64 or ColumnKind.Decimal128:
                return _plainDecimals
                    ? FastText.Decimal(p, column.Decimal(row), column.Type.Scale)
                    : FastText.ScientificDecimal(p, column.Decimal(row), column.Type.Scale);
            case ColumnKind.Boolean:
                return column.Flag(row) ? Word(p, "true"u8) : Word(p, "false"u8);
            case ColumnKind.Row:
                return WriteObject(p, column.Children, row);
            case ColumnKind.Map:
                return WriteMap(p, column, row);
            case ColumnKind.List:
                return WriteList(p, column, row);
            default:
                *p = (byte)'"';
                p = WriteQuoted(p + 1, column, row);
                *p = (byte)'"';
                return p + 1;
        }
    }

    private byte* WriteQuoted(byte* p, EncodeColumn column, int row)
    {
        switch (column.Kind)
        {
            case ColumnKind.Date:
                return FastText.Date(p, ((int*)column.Data)[row]);
            case ColumnKind.Time:
                return FastText.Time(p, ((int*)column.Data)[row]);
            case ColumnKind.Timestamp or ColumnKind.TimestampLtz:
                p = FastText.Timestamp(p, ((long*)column.Data)[row], column.Unit, _separator, ref _day);
                *p = (byte)'Z';
                return column.Kind == ColumnKind.TimestampLtz ? p + 1 : p;
            default:
                ReadOnlySpan<byte> bytes = column.Bytes(row);
                int room = Base64.GetMaxEncodedToUtf8Length(bytes.Length);
                Base64.EncodeToUtf8(bytes, new Span<byte>(p, room), out _, out int written);
                return p + written;
        }
    }

    private byte* WriteList(byte* p, EncodeColumn column, int row)
    {
        EncodeColumn item = column.Children[0];
        int from = ((int*)column.Data)[row];
        int to = ((int*)column.Data)[row + 1];
        *p++ = (byte)'[';
        for (int i = from; i < to; i++)
        {
            if (i > from)
            {
                *p++ = (byte)',';
            }

            p = item.IsNull(i) ? Word(p, "null"u8) : WriteValue(p, item, i);
        }

        *p = (byte)']';
        return p + 1;
    }

    private byte* WriteMap(byte* p, EncodeColumn column, int row)
    {
        EncodeColumn key = column.Children[0];
        EncodeColumn value = column.Children[1];
        int to = ((int*)column.Data)[row + 1];
        byte* start = p;
        for (int i = ((int*)column.Data)[row]; i < to; i++)
        {
            bool isNullKey = key.IsNull(i);
            if (isNullKey && _nullKeyMode != "LITERAL")
            {
                if (_nullKeyMode == "DROP")
                {
                    continue;
                }

                throw new UserException(
                    FormatErrors.BadRow,
                    $"A NULL key cannot be written: column '{column.Name}'. 'map-null-key.mode' = 'DROP' or 'LITERAL' lets it.");
            }

            *p = p == start ? (byte)'{' : (byte)',';
            p = isNullKey ? WriteText(p + 1, _nullKey) : WriteKey(p + 1, key, i);
            *p++ = (byte)':';
            p = value.IsNull(i) ? Word(p, "null"u8) : WriteValue(p, value, i);
        }

        if (p == start)
        {
            *p++ = (byte)'{';
        }

        *p = (byte)'}';
        return p + 1;
    }

    private byte* WriteKey(byte* p, EncodeColumn key, int row)
    {
        if (key.Kind == ColumnKind.Text)
        {
            return WriteText(p, key.Bytes(row));
        }

        byte* json = p + (MaxBytes(key, row) * 6) + 64;
        var text = new ReadOnlySpan<byte>(json, (int)(WriteValue(json, key, row) - json));
        return text[0] == '"' ? Word(p, text) : WriteText(p, text);
    }

    private static byte* NotFinite(byte* p, double value) =>
        Word(p, double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);

    private static byte* Word(byte* p, ReadOnlySpan<byte> word)
    {
        word.CopyTo(new Span<byte>(p, word.Length));
        return p + word.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteLead(byte* p, byte[] lead)
    {
        new ReadOnlySpan<byte>(lead).CopyTo(new Span<byte>(p, lead.Length));
        return p + lead.Length;
    }

    /// <summary>Writes text in quotes: copies 32 bytes at a time while nothing in them must be escaped.</summary>
    private static byte* WriteText(byte* p, ReadOnlySpan<byte> text)
    {
        *p++ = (byte)'"';
        fixed (byte* source = text)
        {
            byte* s = source;
            byte* end = source + text.Length;
            while (end - s >= 32)
            {
                Vector256<byte> block = Vector256.Load(s);
                block.Store(p);
                uint stops = (Vector256.Equals(block, Vector256.Create((byte)'"'))
                    | Vector256.Equals(block, Vector256.Create((byte)'\\'))
                    | Vector256.LessThan(block, Vector256.Create((byte)0x20))).ExtractMostSignificantBits();
                int clean = stops == 0 ? 32 : BitOperations.TrailingZeroCount(stops);
                s += clean;
                p += clean;
                if (stops != 0)
                {
                    p = WriteEscape(p, *s++);
                }
            }

            for (; s < end; s++)
            {
                byte b = *s;
                if (b is >= 0x20 and not ((byte)'"' or (byte)'\\'))
                {
                    *p++ = b;
                }
                else
                {
                    p = WriteEscape(p, b);
                }
            }
        }

        *p = (byte)'"';
        return p + 1;
    }

    private static byte* WriteEscape(byte* p, byte b)
    {
        *p++ = (byte)'\\';
        byte plain = b switch
        {
            (byte)'"' or (byte)'\\' => b,
            (byte)'\n' => (byte)'n',
            (byte)'\r' => (byte)'r',
            (byte)'\t' => (byte)'t',
            (byte)'\b' => (byte)'b',
            (byte)'\f' => (byte)'f',
            _ => 0,
        };
        if (plain != 0)
        {
            *p = plain;
            return p + 1;
        }

        *p++ = (byte)'u';
        *p++ = (byte)'0';
        *p++ = (byte)'0';
        *p++ = (byte)('0' + (b >> 4));
        *p = (byte)"0123456789abcdef"[b & 15];
        return p + 1;
    }
}
