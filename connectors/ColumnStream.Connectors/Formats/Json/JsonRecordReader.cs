using System;
using System.Runtime.CompilerServices;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Reads one record straight into the columns' slots: by learned steps, or by the general grammar alone.</summary>
/// <remarks>Both ways share values and steps; only the general one, which predicts nothing, notes faults.</remarks>
internal sealed unsafe partial class JsonRecordReader
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
}
