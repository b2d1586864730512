using System;
using ColumnStream.Engine.Elements;

namespace ColumnStream.Connectors.Script;

/// <summary>Is one row as text: its kind and a value a column, null for NULL.</summary>
/// <param name="Kind">The row's kind.</param>
/// <param name="Values">The values in the order of the table's columns.</param>
public sealed record ScriptRow(RowKind Kind, string?[] Values)
{
    /// <summary>Reads <c>+I 12:00:01 'two words' NULL</c>; without a kind the row is an insert.</summary>
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static ScriptRow Parse(string line)
    {
        var kind = RowKind.Insert;
        var values = new System.Collections.Generic.List<string?>();
        int at = 0;
        bool first = true;
        while (true)
        {
            while (at < line.Length && line[at] == ' ')
            {
                at++;
            }

            if (at == line.Length)
            {
                return new ScriptRow(kind, [.. values]);
            }

            string? value = Next(line, ref at);
            if (first && value is "+I" or "-U" or "+U" or "-D")
            {
                kind = value switch
                {
                    "-U" => RowKind.UpdateBefore,
                    "+U" => RowKind.UpdateAfter,
                    "-D" => RowKind.Delete,
                    _ => RowKind.Insert,
                };
            }
            else
            {
                values.Add(value);
            }

            first = false;
        }
    }

    /// <summary>Prints the row as <see cref="Parse"/> reads it.</summary>
    public override string ToString()
    {
        var text = new System.Text.StringBuilder(RowText.Kind(Kind));
        foreach (string? value in Values)
        {
            bool quote = value is not null && (value.Length == 0 || value == "NULL" || value.AsSpan().ContainsAny(" '"));
            text.Append(' ').Append(
                value is null ? "NULL" : quote ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'" : value);
        }

        return text.ToString();
    }

    private static string? Next(string line, ref int at)
    {
        int start = at;
        if (line[at] != '\'')
        {
            while (at < line.Length && line[at] != ' ')
            {
                at++;
            }

            string word = line[start..at];
            return word == "NULL" ? null : word;
        }

        var text = new System.Text.StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '\'')
            {
                text.Append(line[at]);
            }
            else if (at + 1 < line.Length && line[at + 1] == '\'')
            {
                text.Append(line[at++]);
            }
            else
            {
                at++;
                return text.ToString();
            }
        }

        throw new FormatException($"Quote is not closed: {line[start..]}.");
    }
}
