using System;
using System.Collections.Generic;
using System.IO;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Planner.Functions;

/// <summary>Holds the entries of Flink's list of SQL functions, read from the embedded <c>entries.txt</c>.</summary>
public static class FunctionEntries
{
    private const int HeadWeight = 4;
    private static readonly Lazy<IReadOnlyList<FunctionEntry>> Entries = new(Load);

    /// <summary>Gets all entries in the order of the list.</summary>
    public static IReadOnlyList<FunctionEntry> All => Entries.Value;

    /// <summary>Finds an entry by its exact form, or null.</summary>
    public static FunctionEntry? Find(string form)
    {
        foreach (FunctionEntry entry in All)
        {
            if (entry.Form == form)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>Returns the form most like a misspelt one: by edits, the name in front of the parenthesis counting first.</summary>
    public static string Nearest(string form)
    {
        string best = All[0].Form;
        int least = int.MaxValue;
        foreach (FunctionEntry entry in All)
        {
            int distance = Edits(form, entry.Form) + (HeadWeight * Edits(Head(form), Head(entry.Form)));
            if (distance < least)
            {
                (best, least) = (entry.Form, distance);
            }
        }

        return best;
    }

    private static string Head(string form) => form.Split('(', 2)[0].Trim().ToUpperInvariant();

    private static int Edits(string left, string right)
    {
        int[] before = new int[right.Length + 1];
        int[] row = new int[right.Length + 1];
        for (int j = 0; j <= right.Length; j++)
        {
            before[j] = j;
        }

        for (int i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int change = before[j - 1] + (char.ToUpperInvariant(left[i - 1]) == char.ToUpperInvariant(right[j - 1]) ? 0 : 1);
                row[j] = Math.Min(change, Math.Min(before[j], row[j - 1]) + 1);
            }

            (before, row) = (row, before);
        }

        return before[right.Length];
    }

    private static List<FunctionEntry> Load()
    {
        using Stream stream = typeof(FunctionEntries).Assembly.GetManifestResourceStream("entries.txt")
            ?? throw new InvariantException(9000, "The list of function entries is not in the assembly.");
        using var reader = new StreamReader(stream);
        List<FunctionEntry> entries = [];
        string family = string.Empty;
        string? form = null;
        List<string> examples = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                examples.Add(line.Trim());
                continue;
            }

            Close();
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                family = line[3..];
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                form = line;
            }
        }

        Close();
        return entries;

        void Close()
        {
            if (form is not null)
            {
                entries.Add(new FunctionEntry(family, form, ValueList.From<string>(examples)));
            }

            form = null;
            examples.Clear();
        }
    }
}
