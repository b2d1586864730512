using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Text.Json;
using ColumnStream.Compute.Formatting;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Compares formats with what Java 17 made of them; the facts stand in tests/data/java/printf.txt.</summary>
public sealed class JavaFormatterTests
{
    [Fact]
    public void Values_are_formatted_as_in_java()
    {
        var formatter = new JavaFormatter("Europe/Berlin");
        List<string> wrong = [];
        int facts = 0;
        foreach (string line in File.ReadLines(JavaFacts.Path("printf.txt")).Where(l => !l.StartsWith('#')))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            FormatArgument[] arguments = [.. json.RootElement[1].EnumerateArray().Select(a => Argument(a.GetString()!))];
            string? expected = json.RootElement[2].GetString();
            List<FormatSpecifier>? format = FormatSpecifier.Parse(json.RootElement[0].GetString()!);
            string? actual = format is null ? null : formatter.Format(format, arguments)?.ToString();
            facts++;
            if (actual != expected)
            {
                wrong.Add($"{line}: {actual ?? "null"}");
            }
        }

        Assert.True(facts > 1000);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {facts}\n" + string.Join("\n", wrong));
    }

    private static FormatArgument Argument(string text)
    {
        string value = text == "null" ? "" : text[2..];
        return text == "null" ? default : text[0] switch
        {
            'I' => new(ArgumentKind.Integer, Long(value)),
            'L' => new(ArgumentKind.Long, Long(value)),
            'Y' => new(ArgumentKind.Byte, Long(value)),
            'H' => new(ArgumentKind.Short, Long(value)),
            'B' => new(ArgumentKind.Boolean, value == "true" ? 1 : 0),
            'D' => new(ArgumentKind.Double, Number: double.Parse(value, CultureInfo.InvariantCulture)),
            'F' => new(ArgumentKind.Float, Number: float.Parse(value, CultureInfo.InvariantCulture)),
            'N' => new(
                ArgumentKind.Decimal,
                Unscaled: (Int128)BigInteger.Parse(value.Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture),
                Scale: value.Contains('.', StringComparison.Ordinal) ? value.Length - value.IndexOf('.', StringComparison.Ordinal) - 1 : 0),
            _ => new(ArgumentKind.Text, Text: value),
        };
    }

    private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
