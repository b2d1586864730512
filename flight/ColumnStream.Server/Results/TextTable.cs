using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace ColumnStream.Server.Results;

/// <summary>Prints rows of text in aligned columns.</summary>
internal static class TextTable
{
    /// <summary>Prints a header, a line and the rows; a single cell of several lines is printed as it is.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="columns">Column names.</param>
    /// <param name="rows">Cells as text.</param>
    /// <param name="alignRight">Which columns hold numbers; null for none.</param>
    public static void Print(
        TextWriter output,
        IReadOnlyList<string> columns,
        IEnumerable<IReadOnlyList<string>> rows,
        IReadOnlyList<bool>? alignRight = null)
    {
        List<IReadOnlyList<string>> all = [.. rows];
        if (columns.Count == 1 && all.Count == 1 && all[0][0].Contains('\n', StringComparison.Ordinal))
        {
            output.WriteLine(all[0][0]);
            return;
        }

        var widths = new int[columns.Count];
        for (int i = 0; i < widths.Length; i++)
        {
            widths[i] = DisplayWidth.Of(columns[i]);
            foreach (IReadOnlyList<string> row in all)
            {
                widths[i] = Math.Max(widths[i], DisplayWidth.Of(row[i]));
            }
        }

        output.WriteLine(Line(columns, widths, alignRight));
        var rule = new StringBuilder();
        for (int i = 0; i < widths.Length; i++)
        {
            rule.Append(i == 0 ? string.Empty : "-+-").Append('-', widths[i]);
        }

        output.WriteLine(rule);
        foreach (IReadOnlyList<string> row in all)
        {
            output.WriteLine(Line(row, widths, alignRight));
        }
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths, IReadOnlyList<bool>? alignRight)
    {
        var line = new StringBuilder();
        for (int i = 0; i < widths.Length; i++)
        {
            int gap = widths[i] - DisplayWidth.Of(cells[i]);
            bool right = alignRight is not null && alignRight[i];
            line.Append(i == 0 ? string.Empty : " | ").Append(' ', right ? gap : 0).Append(cells[i]);
            if (!right && i < widths.Length - 1)
            {
                line.Append(' ', gap);
            }
        }

        return line.ToString();
    }
}
