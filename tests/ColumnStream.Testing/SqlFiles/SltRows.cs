using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace ColumnStream.Testing.SqlFiles;

/// <summary>Compares rows with expected lines, in which a cell may be a pattern.</summary>
/// <remarks>
/// <c>(empty)</c> is the empty text, so that a row of one empty cell is no empty line; <c>~1.25</c> a number that differs by
/// at most one part in 10^12; <c>re:[0-9a-f]+</c> a regular expression for the whole cell. In values, tabs, line feeds and
/// carriage returns show as <c>\t</c>, <c>\n</c> and <c>\r</c>.
/// </remarks>
internal static class SltRows
{
    private const double Tolerance = 1e-12;

    /// <summary>Tells whether the rows are the expected ones, in this order or in any.</summary>
    public static bool Match(IReadOnlyList<string> expected, IReadOnlyList<string> actual, bool anyOrder)
    {
        if (expected.Count != actual.Count)
        {
            return false;
        }

        if (!anyOrder)
        {
            return expected.Zip(actual).All(pair => IsRow(pair.First.Split('\t'), pair.Second));
        }

        // Patterns come last, so that they cannot take a row that another line names exactly.
        List<string> open = [.. actual];
        foreach (string line in expected.OrderBy(IsPattern))
        {
            string[] cells = line.Split('\t');
            int at = open.FindIndex(row => IsRow(cells, row));
            if (at < 0)
            {
                return false;
            }

            open.RemoveAt(at);
        }

        return true;
    }

    private static bool IsPattern(string line) =>
        line.Split('\t').Any(c => c.StartsWith('~') || c.StartsWith("re:", StringComparison.Ordinal));

    private static bool IsRow(string[] expected, string row)
    {
        string[] cells = row.Split('\t');
        return cells.Length == expected.Length && cells.Zip(expected).All(pair => IsCell(pair.Second, pair.First));
    }

    private static bool IsCell(string expected, string actual)
    {
        if (expected == actual || (expected == "(empty)" && actual.Length == 0))
        {
            return true;
        }

        if (expected.StartsWith("re:", StringComparison.Ordinal))
        {
            return Regex.IsMatch(actual, $"^(?:{expected[3..]})$", RegexOptions.CultureInvariant);
        }

        return expected.StartsWith('~')
            && double.TryParse(expected[1..], CultureInfo.InvariantCulture, out double wanted)
            && double.TryParse(actual, CultureInfo.InvariantCulture, out double found)
            && Math.Abs(wanted - found) <= Tolerance * Math.Max(Math.Abs(wanted), Math.Abs(found));
    }
}
