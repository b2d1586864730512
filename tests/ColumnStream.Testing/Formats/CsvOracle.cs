using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Types;

namespace ColumnStream.Testing.Formats;

/// <summary>Reads delimited text byte by byte: the rules as sentences, no cleverness.</summary>
public sealed class CsvOracle(SqlField[] columns, CsvDialect dialect)
{
    private byte[] _text = [];
    private int _at;

    /// <summary>Returns every record with the line on which it begins: its printed row, or null when it is refused.</summary>
    public List<(int Line, string? Row)> Read(byte[] text)
    {
        _text = text.Length > 0 && text[^1] != '\n' ? [.. text, (byte)'\n'] : text;
        var records = new List<(int, string?)>();
        int line = 1;
        int start = 0;
        while (start < _text.Length)
        {
            int end = Array.IndexOf(_text, (byte)'\n', start) + 1;
            bool isBlank = end - start == 1 || (end - start == 2 && _text[start] == '\r');
            if (isBlank || (dialect.Comments && _text[start] == '#'))
            {
                line++;
                start = end;
                continue;
            }

            _at = start;
            string? row = Record();
            records.Add((line, row));
            int next = row is null ? end : _at;
            line += _text.AsSpan(start..next).Count((byte)'\n');
            start = next;
        }

        return records;
    }

    /// <summary>Reads a record up to behind its line feed.</summary>
    private string? Record()
    {
        var cells = new List<string>();
        while (true)
        {
            if (Field() is not { } field)
            {
                return null;
            }

            bool isExtra = cells.Count == columns.Length;
            if (isExtra && !(dialect.TrailingComma && field is { Text.Length: 0, IsQuoted: false } && _text[_at] == '\n'))
            {
                return null;
            }

            if (!isExtra)
            {
                if (Cell(columns[cells.Count].Type, field) is not { } cell)
                {
                    return null;
                }

                cells.Add(cell);
            }

            if (_text[_at++] == '\n')
            {
                return cells.Count == columns.Length ? string.Join("|", cells) : null;
            }
        }
    }

    /// <summary>Reads a field up to the delimiter or line feed behind it.</summary>
    private CsvField? Field()
    {
        var text = new List<byte>();
        Skip();
        bool isEscaped = false;
        if (dialect.Quote == 0 || _text[_at] != dialect.Quote)
        {
            int plain = 0;
            for (; _text[_at] != dialect.Delimiter && _text[_at] != '\n'; _at++)
            {
                if (_text[_at] == dialect.Quote && dialect.Quote != 0)
                {
                    return null;
                }

                if (_text[_at] == dialect.Escape && dialect.Escape != 0)
                {
                    if (_text[++_at] == '\n')
                    {
                        return null;
                    }

                    isEscaped = true;
                    plain = text.Count + 1;
                }

                text.Add(_text[_at]);
            }

            if (_text[_at] == '\n' && text.Count > plain && text[^1] == '\r')
            {
                text.RemoveAt(text.Count - 1);
            }

            while (dialect.TrimSpaces && text.Count > plain && text[^1] is (byte)' ' or (byte)'\t' && text.Count > plain)
            {
                text.RemoveAt(text.Count - 1);
            }

            return new CsvField([.. text], IsQuoted: false, isEscaped);
        }

        for (_at++; ; _at++)
        {
            byte b = _text[_at];
            if (b == '\n' && (!dialect.Multiline || _at == _text.Length - 1))
            {
                return null;
            }

            if (b == dialect.Escape && dialect.Escape != 0 && _text[_at + 1] != '\n')
            {
                b = _text[++_at];
            }
            else if (b == dialect.Escape && dialect.Escape != 0)
            {
                return null;
            }
            else if (b == dialect.Quote && _text[_at + 1] == dialect.Quote)
            {
                _at++;
            }
            else if (b == dialect.Quote)
            {
                break;
            }

            text.Add(b);
        }

        _at++;
        Skip();
        _at += _text[_at] == '\r' && _text[_at + 1] == '\n' ? 1 : 0;
        return _text[_at] == dialect.Delimiter || _text[_at] == '\n' ? new CsvField([.. text], IsQuoted: true, isEscaped) : null;
    }

    private void Skip()
    {
        while (dialect.TrimSpaces && _text[_at] is (byte)' ' or (byte)'\t' && _text[_at] != dialect.Delimiter && dialect.TrimSpaces)
        {
            _at++;
        }
    }

    private string? Cell(SqlType type, CsvField field)
    {
        var culture = CultureInfo.InvariantCulture;
        string text = Encoding.UTF8.GetString(field.Text);
        bool isText = type.Id == SqlTypeId.VarChar;
        bool isEmpty = field.Text.Length == 0 && (!field.IsQuoted || dialect.EmptyIsNull);
        if ((!field.IsQuoted && !field.IsEscaped && text == dialect.NullLiteral) || (isEmpty && (!isText || dialect.EmptyIsNull)))
        {
            return "NULL";
        }

        if (isText)
        {
            return System.Text.Unicode.Utf8.IsValid(field.Text) ? text : null;
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

    private readonly record struct CsvField(byte[] Text, bool IsQuoted, bool IsEscaped);
}
