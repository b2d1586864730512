using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Testing.Formats;

/// <summary>Reads records line by line with the platform's reader: slow, plain, and written by others.</summary>
public static class JsonOracle
{
    public static List<string> Read(SqlField[] columns, ReadOnlySpan<byte> bytes)
    {
        var rows = new List<string>();
        while (!bytes.IsEmpty)
        {
            int end = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (!line.Trim(" \t\r"u8).IsEmpty && ReadLine(columns, line) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Returns the printed row, or null when the line is refused.</summary>
    public static string? ReadLine(SqlField[] columns, ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }

            string[]? cells = Fields(ValueList.From(columns), ref reader, line);
            return cells is null || reader.Read() ? null : string.Join("|", cells);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string[]? Fields(ValueList<SqlField> fields, ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var cells = new string[fields.Count];
        Array.Fill(cells, "NULL");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = reader.GetString()!;
            int index = Array.FindIndex(fields.Span.ToArray(), c => c.Name == key);
            reader.Read();
            if (index < 0)
            {
                Skip(ref reader);
            }
            else if (Cell(fields[index].Type, ref reader, line) is { } cell)
            {
                cells[index] = cell;
            }
            else
            {
                return null;
            }
        }

        return cells;
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        int depth = 0;
        do
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray or JsonTokenType.StartObject:
                    depth++;
                    break;
                case JsonTokenType.EndArray or JsonTokenType.EndObject:
                    depth--;
                    break;
                case JsonTokenType.String or JsonTokenType.PropertyName:
                    reader.GetString();
                    break;
            }
        }
        while (depth > 0 && reader.Read());
    }

    private static string? Cell(SqlType type, ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return "NULL";
            case JsonTokenType.StartObject when type.Id == SqlTypeId.Row:
                string[]? cells = Fields(type.Fields, ref reader, line);
                return cells is null ? null : $"({string.Join(",", cells)})";
            case JsonTokenType.StartObject when type.Id == SqlTypeId.Map:
                var entries = new List<(string Key, string Value)>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string key = reader.GetString()!;
                    reader.Read();
                    if (Cell(type.Value!, ref reader, line) is not { } value)
                    {
                        return null;
                    }

                    entries.RemoveAll(e => e.Key == key);
                    entries.Add((key, value));
                }

                return $"{{{string.Join(",", entries.ConvertAll(e => $"{e.Key}={e.Value}"))}}}";
            case JsonTokenType.StartArray when type.Id == SqlTypeId.Array:
                var items = new List<string>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (Cell(type.Element!, ref reader, line) is not { } item)
                    {
                        return null;
                    }

                    items.Add(item);
                }

                return $"[{string.Join(",", items)}]";
            default:
                return Scalar(type, ref reader, line);
        }
    }

    private static string? Scalar(SqlType type, ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var culture = CultureInfo.InvariantCulture;
        bool isText = reader.TokenType == JsonTokenType.String;
        string? text = isText ? reader.GetString() : null;
        if (type.Id == SqlTypeId.VarChar && !isText)
        {
            long from = reader.TokenStartIndex;
            Skip(ref reader);
            return Encoding.UTF8.GetString(line[(int)from..(int)reader.BytesConsumed]);
        }

        string number = reader.TokenType == JsonTokenType.Number
            ? Encoding.UTF8.GetString(reader.ValueSpan) : text?.Trim(' ', '\t') ?? string.Empty;
        switch (type.Id)
        {
            case SqlTypeId.VarChar:
                return text;
            case SqlTypeId.BigInt:
                return long.TryParse(number, NumberStyles.AllowLeadingSign, culture, out long integer)
                    ? integer.ToString(culture) : null;
            case SqlTypeId.Double:
                const NumberStyles Style =
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                bool ok = double.TryParse(number, Style, culture, out double value);
                bool outside = double.IsInfinity(value) && number.AsSpan().IndexOfAnyInRange('0', '9') >= 0;
                return ok && !outside ? value.ToString("R", culture) : null;
            case SqlTypeId.Decimal:
                const NumberStyles Exact =
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
                bool isDecimal = decimal.TryParse(number, Exact, culture, out decimal exact);
                exact = Math.Round(exact, type.Scale, MidpointRounding.AwayFromZero);
                return isDecimal && Math.Abs(exact) < 10_000_000m ? exact.ToString("F2", culture) : null;
            case SqlTypeId.Boolean:
                return reader.TokenType == JsonTokenType.True || number.Equals("true", StringComparison.OrdinalIgnoreCase) ? "True"
                    : reader.TokenType == JsonTokenType.False || number.Equals("false", StringComparison.OrdinalIgnoreCase) ? "False"
                    : null;
            case SqlTypeId.Timestamp:
                return isText && text!.Length > 10 && Encoding.UTF8.GetBytes(text)[10] == ' '
                    && TimestampText.TryParse(Encoding.UTF8.GetBytes(text), TimeUnit.Millisecond, out long millis)
                    ? millis.ToString(culture) : null;
            default:
                return null;
        }
    }
}
