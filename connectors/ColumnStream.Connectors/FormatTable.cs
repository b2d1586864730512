using System;
using System.Collections.Generic;
using ColumnStream.Connectors.Formats;
using ColumnStream.Connectors.Formats.ArrowIpc;
using ColumnStream.Connectors.Formats.Csv;
using ColumnStream.Connectors.Formats.Debezium;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors;

/// <summary>Lists all formats by name; a new format is one line here.</summary>
public static class FormatTable
{
    /// <summary>Gets the formats, sorted by name.</summary>
    public static IReadOnlyList<Format> All { get; } =
    [
        new ArrowFormat(),
        new CsvFormat(),
        new DebeziumFormat(),
        new JsonFormat(),
    ];

    /// <summary>Finds a format.</summary>
    /// <exception cref="UserException">No format has this name; the message gives the nearest one.</exception>
    public static Format Get(string name)
    {
        Format? nearest = null;
        int best = int.MaxValue;
        foreach (Format format in All)
        {
            if (format.Name == name)
            {
                return format;
            }

            int distance = Distance(format.Name, name);
            if (distance < best)
            {
                best = distance;
                nearest = format;
            }
        }

        string hint = nearest is not null && best <= Math.Max(2, name.Length / 2)
            ? $" Did you mean '{nearest.Name}'?"
            : $" Formats: {string.Join(", ", Names())}.";
        throw new UserException(FormatErrors.UnknownFormat, $"Format is unknown: '{name}'.{hint}");
    }

    private static IEnumerable<string> Names()
    {
        foreach (Format format in All)
        {
            yield return format.Name;
        }
    }

    private static int Distance(string left, string right)
    {
        var row = new int[right.Length + 1];
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int above = row[j];
                int change = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }

        return row[right.Length];
    }
}
