using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace ColumnStream.Testing.Chaos;

/// <summary>Reads the visible parts of a sink of files, which must be whole.</summary>
internal static class PartRows
{
    /// <summary>Returns the rows of all parts that are not hidden; changes are applied in the order of epochs, or of runs.</summary>
    public static List<string> Of(ShapeSink sink, IEnumerable<string> names, Func<string, string> read)
    {
        List<string> rows = [];
        foreach (string name in InOrder(sink, names))
        {
            string text = read(name);
            if (text.Length > 0 && text[^1] != '\n')
            {
                throw new InvalidDataException($"Visible part is torn: {sink.Name}/{name}, {text.Length} bytes.");
            }

            foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (sink.IsChangelog)
                {
                    Apply(line, rows, name);
                }
                else
                {
                    rows.Add(line);
                }
            }
        }

        return rows;
    }

    /// <summary>Sorts parts by what stands last in their names: epoch and index, in a bucket the run's number and the part's.</summary>
    private static IEnumerable<string> InOrder(ShapeSink sink, IEnumerable<string> names)
    {
        var parts = new List<(long Epoch, long Index, string Name)>();
        foreach (string name in names.Where(static n => n[0] is not ('.' or '_')))
        {
            string[] words = Path.GetFileNameWithoutExtension(name).Split('-');
            if (words[0] != "part" || words.Length < 4)
            {
                throw new InvalidDataException($"Visible file is not a part: {sink.Name}/{name}.");
            }

            parts.Add((
                long.Parse(words[^2], CultureInfo.InvariantCulture), long.Parse(words[^1], CultureInfo.InvariantCulture), name));
        }

        return parts.Order().Select(p => p.Name);
    }

    /// <summary>Applies one change; rows look as they would in a csv file.</summary>
    private static void Apply(string line, List<string> rows, string name)
    {
        using JsonDocument change = JsonDocument.Parse(line);
        string operation = change.RootElement.GetProperty("op").GetString()!;
        if (operation is "u" or "d" && !rows.Remove(Row(change.RootElement.GetProperty("before"))))
        {
            throw new InvalidDataException($"Change takes back what does not stand there: {name}: {line}");
        }

        if (operation is "u" or "c")
        {
            rows.Add(Row(change.RootElement.GetProperty("after")));
        }
    }

    private static string Row(JsonElement row) => string.Join(',', row.EnumerateObject().Select(p => p.Value.ToString()));
}
