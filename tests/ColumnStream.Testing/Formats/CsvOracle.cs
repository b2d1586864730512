using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Types;

namespace ColumnStream.Testing.Formats;

/// <summary>Reads one comma-separated line byte by byte: the rules as sentences, no cleverness.</summary>
public static class CsvOracle
{
    /// <summary>Returns the printed row, or null when the line is refused.</summary>
    public static string? ReadLine(SqlField[] columns, ReadOnlySpan<byte> line)
    {
        if (line.Length > 0 && line[^1] == '\r')
        {
            line = line[..^1];
        }

        List<(byte[] Text, bool Quoted)>? fields = Split(line);
        if (fields is not null && fields.Count == columns.Length + 1 && fields[^1].Text.Length == 0 && !fields[^1].Quoted)
        {
            fields.RemoveAt(columns.Length);
        }

        if (fields is null || fields.Count != columns.Length)
        {
            return null;
        }

        var cells = new List<string>();
        for (int i = 0; i < columns.Length; i++)
        {
            if (Cell(columns[i].Type, fields[i].Text, fields[i].Quoted) is not { } cell)
            {
                return null;
            }

            cells.Add(cell);
        }

        return string.Join("|", cells);
    }

    private static List<(byte[] Text, bool Quoted)>? Split(ReadOnlySpan<byte> line)
    {
        var fields = new List<(byte[], bool)>();
        int at = 0;
        while (true)
        {
            var text = new List<byte>();
            bool quoted = at < line.Length && line[at] == '"';
            at += quoted ? 1 : 0;
            while (true)
            {
                if (at == line.Length)
                {
                    if (quoted)
                    {
                        return null;
                    }

                    break;
                }

                byte b = line[at];
                if (quoted && b == '"')
                {
                    if (at + 1 < line.Length && line[at + 1] == '"')
                    {
                        text.Add(b);
                        at += 2;
                        continue;
                    }

                    at++;
                    break;
                }

                if (!quoted && b == ',')
                {
                    break;
                }

                if (!quoted && b == '"')
                {
                    return null;
                }

                text.Add(b);
                at++;
            }

            fields.Add(([.. text], quoted));
            if (at == line.Length)
            {
                return fields;
            }

            if (line[at] != ',')
            {
                return null;
            }

            at++;
        }
    }

    private static string? Cell(SqlType type, byte[] bytes, bool quoted)
    {
        var culture = CultureInfo.InvariantCulture;
        string text = Encoding.UTF8.GetString(bytes);
        if (type.Id == SqlTypeId.VarChar)
        {
            return System.Text.Unicode.Utf8.IsValid(bytes) ? text : null;
        }

        if (bytes.Length == 0 && !quoted)
        {
            return "NULL";
        }

        text = text.Trim(' ', '\t');
        if (type.Id == SqlTypeId.BigInt)
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, culture, out long integer) ? integer.ToString(culture) : null;
        }

        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool ok = double.TryParse(text, Style, culture, out double value);
        return ok && !(double.IsInfinity(value) && text.AsSpan().IndexOfAnyInRange('0', '9') >= 0) ? value.ToString("R", culture) : null;
    }
}
