using System;
using System.Collections.Generic;

namespace ColumnStream.Sql;

/// <summary>Holds a script with its file name and finds lines and columns in it.</summary>
public sealed class SourceText
{
    private readonly int[] _lineStarts;

    /// <summary>Takes the script <paramref name="text"/> that came from <paramref name="fileName"/>.</summary>
    public SourceText(string text, string fileName = "<sql>")
    {
        Text = text;
        FileName = fileName;
        _lineStarts = FindLineStarts(text);
    }

    /// <summary>Gets the name shown in front of every error.</summary>
    public string FileName { get; }

    /// <summary>Gets the script.</summary>
    public string Text { get; }

    /// <summary>Gets the number of lines, at least one.</summary>
    public int LineCount => _lineStarts.Length;

    /// <summary>Finds the line and column of <paramref name="offset"/>; an offset outside is moved to the nearest end.</summary>
    public SourcePosition GetPosition(int offset)
    {
        offset = Math.Clamp(offset, 0, Text.Length);
        int found = Array.BinarySearch(_lineStarts, offset);
        int line = found >= 0 ? found : ~found - 1;
        return new SourcePosition(line + 1, offset - _lineStarts[line] + 1);
    }

    /// <summary>Gets the text of the line numbered <paramref name="line"/> from 1, without its end.</summary>
    public ReadOnlySpan<char> GetLine(int line)
    {
        int start = _lineStarts[line - 1];
        int end = line < _lineStarts.Length ? _lineStarts[line] : Text.Length;
        return Text.AsSpan(start, end - start).TrimEnd("\r\n");
    }

    /// <summary>Gets the text inside <paramref name="span"/>, cut at the ends of the script.</summary>
    public ReadOnlySpan<char> GetText(SourceSpan span)
    {
        int start = Math.Clamp(span.Start, 0, Text.Length);
        int end = Math.Clamp(span.End, start, Text.Length);
        return Text.AsSpan(start, end - start);
    }

    private static int[] FindLineStarts(string text)
    {
        List<int> starts = [0];
        for (int index = 0; index < text.Length; index++)
        {
            if (text[index] == '\n' || (text[index] == '\r' && (index + 1 == text.Length || text[index + 1] != '\n')))
            {
                starts.Add(index + 1);
            }
        }

        return [.. starts];
    }
}
