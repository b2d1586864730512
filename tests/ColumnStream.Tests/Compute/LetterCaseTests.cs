using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Compute.Expressions;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Compares UPPER and LOWER with Java's, letter by letter; the facts stand in tests/data/java/letter-case.txt.</summary>
public sealed class LetterCaseTests
{
    [Fact]
    public void Letters_change_as_in_java()
    {
        List<string> wrong = [];
        foreach (string[] fact in Facts().Where(f => f[0] is "U" or "L"))
        {
            string letter = Letters(fact[1]);
            string? actual = Table.Value(Table.Call(fact[0] == "U" ? "UPPER" : "LOWER", Literals.Text(letter)));
            if (actual != Letters(fact[2]))
            {
                wrong.Add(string.Join(' ', fact));
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_last_sigma_of_a_word_is_final()
    {
        foreach (string[] fact in Facts().Where(f => f[0] == "T"))
        {
            // Text and lower case are equally many words.
            string[] words = fact[1..];
            string text = string.Join(' ', words[..(words.Length / 2)]);
            Assert.Equal(string.Join(' ', words[(words.Length / 2)..]), Table.Value(Table.Call("LOWER", Literals.Text(text))));
        }
    }

    private static IEnumerable<string[]> Facts() =>
        File.ReadLines(JavaFacts.Path("letter-case.txt")).Where(l => !l.StartsWith('#')).Select(l => l.Split(' '));

    private static string Letters(string hex)
    {
        var text = new StringBuilder();
        foreach (string point in hex.Split(','))
        {
            text.Append(char.ConvertFromUtf32(int.Parse(point, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }

        return text.ToString();
    }
}
