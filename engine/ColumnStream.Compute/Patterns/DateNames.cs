using System;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Holds the English names of months, days and quarters.</summary>
internal static class DateNames
{
    public static readonly string[] Months =
    [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ];

    /// <summary>Days of the week from Monday.</summary>
    public static readonly string[] Days =
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    public static readonly string[] Quarters = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"];

    /// <summary>Writes a name in full (4 letters of pattern), by its first letter (5) or its first three (others).</summary>
    public static int Write(string name, int count, Span<byte> target)
    {
        int length = count == 4 ? name.Length : count == 5 ? 1 : 3;
        return Encoding.UTF8.GetBytes(name.AsSpan(0, length), target);
    }

    /// <summary>Reads a name from a table; returns the bytes used, or -1.</summary>
    public static int Read(string[] names, ReadOnlySpan<byte> text, int count, bool ignoreCase, out int index)
    {
        for (index = 1; index <= names.Length; index++)
        {
            string name = names[index - 1];
            int length = count == 4 ? name.Length : count == 5 ? 1 : 3;
            if (Starts(text, name.AsSpan(0, length), ignoreCase))
            {
                return length;
            }
        }

        return -1;
    }

    /// <summary>Tells whether ASCII text begins with a word.</summary>
    public static bool Starts(ReadOnlySpan<byte> text, ReadOnlySpan<char> word, bool ignoreCase) =>
        text.Length >= word.Length
        && (ignoreCase ? Ascii.EqualsIgnoreCase(text[..word.Length], word) : Ascii.Equals(text[..word.Length], word));
}
