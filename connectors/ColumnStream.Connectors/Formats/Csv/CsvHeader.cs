using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Checks a header line: as many names as columns, and no column's name at another place.</summary>
internal static class CsvHeader
{
    /// <summary>Refuses a header whose columns stand in another order; other spellings are renames.</summary>
    /// <exception cref="UserException">The header does not fit the table.</exception>
    public static void Check(FormatContext context, CsvOptions options, ReadOnlySpan<byte> line)
    {
        List<string> names = Split(options, line.TrimEnd((byte)'\r'));
        if (names.Count != context.Columns.Count)
        {
            throw Wrong(context, $"header names {names.Count} columns, the table has {context.Columns.Count}");
        }

        for (int i = 0; i < names.Count; i++)
        {
            int place = names.IndexOf(context.Columns[i].Name);
            if (place >= 0 && place != i && names[i] != context.Columns[i].Name)
            {
                throw Wrong(
                    context,
                    $"column '{context.Columns[i].Name}' is number {i + 1}, in the header it is number {place + 1}");
            }
        }
    }

    private static UserException Wrong(FormatContext context, string what) =>
        new(FormatErrors.BadSchema, $"Header does not fit table {context.TableName}: {what}.");

    private static List<string> Split(CsvOptions options, ReadOnlySpan<byte> line)
    {
        var names = new List<string>();
        var name = new List<byte>();
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            byte b = line[i];
            if (options.Quote != 0 && b == options.Quote)
            {
                bool doubled = quoted && i + 1 < line.Length && line[i + 1] == options.Quote;
                i += doubled ? 1 : 0;
                quoted = doubled || !quoted;
                if (!doubled)
                {
                    continue;
                }
            }
            else if (b == options.Delimiter && !quoted)
            {
                names.Add(Encoding.UTF8.GetString(name.ToArray()).Trim());
                name.Clear();
                continue;
            }

            name.Add(b);
        }

        names.Add(Encoding.UTF8.GetString(name.ToArray()).Trim());
        return names;
    }
}
