using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Connectors.Formats;
using ColumnStream.Testing.Formats;

namespace ColumnStream.Fuzz.Plants;

/// <summary>Stands around the decoders of lines, with one bug each.</summary>
internal static partial class PlantedLines
{
    public static void Before(int plant, byte[] text, int chunk)
    {
        if (plant != 6)
        {
            return;
        }

        for (int edge = chunk; edge < text.Length; edge += chunk)
        {
            int start = text.AsSpan(0, edge).LastIndexOf((byte)'\n') + 1;
            int end = edge + text.AsSpan(edge).IndexOf((byte)'\n');
            if (IsOpen(text.AsSpan(start..edge)) && IsOpen(text.AsSpan(start..end)) && end > edge)
            {
                Overrun.Read(capacity: edge - start, offset: 0, length: edge - start + 4096);
            }
        }
    }

    public static void After(int plant, FormatHarness harness, byte[] text, List<string> rows)
    {
        switch (plant)
        {
            case 7:
                for (int i = 0; i < rows.Count; i++)
                {
                    rows[i] = rows[i].Replace("\ud83d\ude00ß", "\ud83d\ude00", StringComparison.Ordinal);
                }

                break;
            case 8:
                harness.Errors.RemoveAll(e => ZeroInArray().IsMatch(Encoding.Latin1.GetString(e.Raw.Span)));
                break;
            case 9:
                foreach (DecodeError error in harness.Errors)
                {
                    if (error.Raw.Span.IndexOf("\"\""u8) > 0)
                    {
                        harness.Allocator.Allocate(64);
                        return;
                    }
                }

                break;
            case 10:
                LoseRow(harness.Errors, text, rows);
                break;
        }
    }

    /// <summary>Finds a number with a leading zero among the items of an array.</summary>
    [GeneratedRegex(@"\[-?(\d+, ?)*-?0\d")]
    private static partial Regex ZeroInArray();

    /// <summary>Tells whether a piece of a line ends inside text.</summary>
    private static bool IsOpen(ReadOnlySpan<byte> line)
    {
        bool isOpen = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (isOpen && line[i] == '\\')
            {
                i++;
            }
            else if (line[i] == '"')
            {
                isOpen = !isOpen;
            }
        }

        return isOpen;
    }

    /// <summary>Loses the row behind a wrong one when that row ends with a carriage return.</summary>
    private static void LoseRow(List<DecodeError> errors, byte[] text, List<string> rows)
    {
        string[] lines = Encoding.Latin1.GetString(text).Split('\n');
        int error = 0;
        int row = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (error < errors.Count && errors[error].Line == i + 1)
            {
                error++;
                bool isNextGood = i + 1 < lines.Length && (error == errors.Count || errors[error].Line != i + 2);
                if (isNextGood && lines[i + 1].Length > 1 && lines[i + 1][^1] == '\r' && row < rows.Count)
                {
                    rows.RemoveAt(row);
                    return;
                }
            }
            else if (lines[i].Length > 1 || (lines[i].Length == 1 && lines[i] != "\r"))
            {
                row++;
            }
        }
    }
}
