using System.Collections.Generic;
using ColumnStream.Connectors.Formats;
using ColumnStream.Connectors.Formats.ArrowIpc;
using ColumnStream.Connectors.Formats.Csv;
using ColumnStream.Connectors.Formats.Debezium;
using ColumnStream.Connectors.Formats.Json;
using ColumnStream.Connectors.Formats.Raw;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;

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
        new RawFormat(),
    ];

    /// <summary>Finds a format.</summary>
    /// <exception cref="UserException">No format has this name; the message gives the nearest one.</exception>
    public static Format Get(string name)
    {
        foreach (Format format in All)
        {
            if (format.Name == name)
            {
                return format;
            }
        }

        string? nearest = OptionValue.Nearest(Names(), name);
        string hint = nearest is not null
            ? $" Did you mean '{nearest}'?"
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
}
