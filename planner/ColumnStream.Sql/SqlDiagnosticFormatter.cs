using System;
using System.Globalization;
using System.Text;

namespace ColumnStream.Sql;

/// <summary>Writes errors the way compilers do: place, code, message, the line, and a caret line under it.</summary>
public static class SqlDiagnosticFormatter
{
    private const int MaxExcerptLength = 160;
    private const int ContextBefore = 40;

    /// <summary>Writes one error, of the form <c>file.sql:12:8: error CST2003: ...</c>, without a line end behind it.</summary>
    public static string Format(SourceText source, SqlDiagnostic diagnostic)
    {
        StringBuilder text = new();
        Append(text, source, diagnostic);
        return text.ToString();
    }

    /// <summary>Writes all errors, one below the other, with an empty line between.</summary>
    public static string Format(SourceText source, EquatableArray<SqlDiagnostic> diagnostics)
    {
        StringBuilder text = new();
        for (int index = 0; index < diagnostics.Count; index++)
        {
            if (index > 0)
            {
                text.Append("\n\n");
            }

            Append(text, source, diagnostics[index]);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, SourceText source, SqlDiagnostic diagnostic)
    {
        SourcePosition position = source.GetPosition(diagnostic.Span.Start);
        text.Append(CultureInfo.InvariantCulture, $"{source.FileName}:{position.Line}:{position.Column}: error ");
        text.Append(CultureInfo.InvariantCulture, $"CST{diagnostic.Code:D4}: {diagnostic.Message}");
        if (diagnostic.Hint is { } hint)
        {
            text.Append(' ').Append(hint);
        }

        ReadOnlySpan<char> line = SecretMask.Apply(source.GetLine(position.Line));
        int start = Math.Min(position.Column - 1, line.Length);
        int end = Math.Clamp(start + Math.Max(diagnostic.Span.Length, 1), start + 1, Math.Max(line.Length, start + 1));
        int from = line.Length <= MaxExcerptLength ? 0 : Math.Max(0, start - ContextBefore);
        int to = Math.Min(line.Length, from + MaxExcerptLength);
        text.Append('\n');
        AppendExcerpt(text, line[from..to], isCut: from > 0, isCutBehind: to < line.Length);
        text.Append('\n');
        AppendCarets(text, line[from..to], start - from, Math.Min(end, Math.Max(to, start + 1)) - from, isCut: from > 0);
    }

    private static void AppendExcerpt(StringBuilder text, ReadOnlySpan<char> line, bool isCut, bool isCutBehind)
    {
        text.Append(isCut ? "..." : "");
        foreach (Rune rune in line.EnumerateRunes())
        {
            text.Append(rune.Value != '\t' && Rune.IsControl(rune) ? "?" : rune.ToString());
        }

        text.Append(isCutBehind ? "..." : "");
    }

    private static void AppendCarets(StringBuilder text, ReadOnlySpan<char> line, int start, int end, bool isCut)
    {
        text.Append(isCut ? "   " : "");
        bool isFirst = true;
        int index = 0;
        foreach (Rune rune in line.EnumerateRunes())
        {
            if (index >= end)
            {
                break;
            }

            int width = IsWide(rune) ? 2 : 1;
            char mark = isFirst ? '^' : '~';
            if (index < start)
            {
                text.Append(rune.Value == '\t' ? '\t' : ' ', width);
            }
            else
            {
                text.Append(mark).Append('~', width - 1);
                isFirst = false;
            }

            index += rune.Utf16SequenceLength;
        }

        if (isFirst)
        {
            text.Append('^');
        }
    }

    private static bool IsWide(Rune rune) => rune.Value is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or
        (>= 0xF900 and <= 0xFAFF) or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or
        (>= 0xFFE0 and <= 0xFFE6) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
