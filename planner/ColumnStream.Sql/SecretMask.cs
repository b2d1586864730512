using System;
using System.Text.RegularExpressions;

namespace ColumnStream.Sql;

/// <summary>Hides values of options whose names say that they are secret; every other character keeps its place.</summary>
internal static class SecretMask
{
    private static readonly string[] s_words = ["password", "secret", "token"];

    /// <summary>The value behind a key in quotation marks, or behind a parameter of an address; the mark at its end may lack.</summary>
    private static readonly Regex s_values = new(
        "(?:password|secret|token)[^'=&?]*(?:'\\s*=\\s*'(?<value>(?:[^']|'')*)|=(?<value>[^&']*))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    /// <summary>Returns the line with stars in the place of secrets.</summary>
    public static ReadOnlySpan<char> Apply(ReadOnlySpan<char> line)
    {
        foreach (string word in s_words)
        {
            if (line.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return Masked(line.ToString());
            }
        }

        return line;
    }

    private static string Masked(string line)
    {
        char[] text = line.ToCharArray();
        foreach (Match match in s_values.Matches(line))
        {
            Group value = match.Groups["value"];
            Array.Fill(text, '*', value.Index, value.Length);
        }

        return new string(text);
    }
}
