using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ColumnStream.Compute.Patterns;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Compares translated patterns with what Java 17 found; the facts stand in tests/data/java/regex.txt.</summary>
public sealed class JavaRegexTests
{
    // Taken by Java, refused here with a reason: a grapheme cluster, its edge, a named character, canonical equivalence.
    private static readonly string[] Untranslated = ["\\X", "\\b{g}", "\\N{LATIN SMALL LETTER A}", "(?c)a"];

    [Fact]
    public void Patterns_match_as_in_java()
    {
        List<string> wrong = [];
        int facts = 0;
        foreach (string line in File.ReadLines(JavaFacts.Path("regex.txt")).Where(l => !l.StartsWith('#')))
        {
            using JsonDocument json = JsonDocument.Parse(line);
            string pattern = json.RootElement[0].GetString()!;
            string text = json.RootElement[1].GetString()!;
            JsonElement expected = json.RootElement[2];
            facts++;
            string? difference = Compare(pattern, text, expected);
            if (difference is not null)
            {
                wrong.Add($"{line}: {difference}");
            }
        }

        Assert.True(facts > 500);
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {facts}\n" + string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("(?:&|^|\\?)id=([^&]*)", true)]
    [InlineData("(&|^)k=(\\d+)", true)]
    [InlineData("^ERR", true)]
    [InlineData("v=([0-9]+)", true)]
    [InlineData("[,;]x=\\w+", true)]
    [InlineData("日=([^;]*)", true)]
    [InlineData("abc", true)]
    [InlineData("a.c", false)]
    [InlineData("id=([^&]*)&", false)]
    [InlineData("id=(.*)", false)]
    [InlineData("id=([^&]*?)", false)]
    public void Shapes_on_bytes_find_what_the_translation_finds(string pattern, bool hasShape)
    {
        const string Alphabet = "abcidkvxERR0139=&?;,^日é🙂 ";
        JavaRegex regex = JavaRegex.Create(pattern);
        Assert.Equal(hasShape, regex.Shape is not null);
        if (!hasShape)
        {
            return;
        }

        var random = new Random(4711);
        string[] pieces = ["id=", "k=", "&", "?", "ERR", "v=", "x=", ",", ";", "日=", "abc", "12", "a", "é", "🙂"];
        for (int i = 0; i < 2000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ =>
                random.Next(3) == 0 ? Alphabet[random.Next(Alphabet.Length - 4)].ToString() : pieces[random.Next(pieces.Length)]));
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            text = Encoding.UTF8.GetString(utf8);
            foreach (int group in new[] { 0, regex.Shape!.ValueGroup }.Distinct())
            {
                Group expected = regex.For(TextKind.Full).Match(text).Groups[group];
                bool found = regex.Shape.Find(utf8, group, out int start, out int length);
                Assert.True(expected.Success == found, $"{text}: {found}");
                Assert.Equal(expected.Value, found ? Encoding.UTF8.GetString(utf8, start, length) : string.Empty);
            }
        }
    }

    [Theory]
    [InlineData("abc", "a%", null, true)]
    [InlineData("abc", "a_c", null, true)]
    [InlineData("a\nc", "a_c", null, false)]
    [InlineData("a\nc", "a%", null, true)]
    [InlineData("abab", "(ab)+", null, true)]
    [InlineData("abx", "(ab)+", null, false)]
    [InlineData("a.c", "a.c", null, true)]
    [InlineData("a$", "a$", null, true)]
    [InlineData("a\\", "a\\", null, true)]
    [InlineData("5a", "[[:DIGIT:]][[:alpha:]]", null, true)]
    [InlineData("b", "[^a]", null, true)]
    [InlineData("*_x", "&*&__*", '&', true)]
    [InlineData("日🙂", "__", null, true)]
    public void Similar_to_matches_whole_texts(string text, string pattern, char? escape, bool expected)
    {
        JavaRegex regex = SqlSimilarTo.Create(pattern, escape);
        Assert.Equal(expected, new RegexMatcher().IsMatch(regex, Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("a]", null)]
    [InlineData("[a", null)]
    [InlineData("[a*]", null)]
    [InlineData("[[:foo:]]", null)]
    [InlineData("a&", '&')]
    [InlineData("a&b", '&')]
    public void Wrong_patterns_of_similar_to_are_refused(string pattern, char? escape) =>
        Assert.Throws<JavaPatternException>(() => SqlSimilarTo.Create(pattern, escape));

    [Fact]
    public void Hostile_patterns_are_refused_and_endless_ones_stopped()
    {
        Assert.Throws<JavaPatternException>(() => JavaRegex.Create(new string('(', 100_000)));
        Assert.Throws<JavaPatternException>(() => JavaRegex.Create(new string('[', 100_000)));
        JavaRegex many = JavaRegex.Create(new string('a', 20_000) + "?");
        Assert.True(new RegexMatcher().IsMatch(many, Encoding.UTF8.GetBytes(new string('a', 20_000))));
        byte[] text = Encoding.UTF8.GetBytes(new string('a', 40) + "b");
        Assert.Throws<RegexMatchTimeoutException>(() => new RegexMatcher().IsMatch(JavaRegex.Create("(a+)+$"), text));
    }

    private static string? Compare(string pattern, string text, JsonElement expected)
    {
        JavaRegex regex;
        try
        {
            regex = JavaRegex.Create(pattern);
        }
        catch (JavaPatternException error)
        {
            return error.IsValid
                ? (Untranslated.Contains(pattern) ? null : error.Message)
                : expected.ValueKind == JsonValueKind.String ? null : error.Message;
        }

        if (expected.ValueKind == JsonValueKind.String)
        {
            return "Java refuses it";
        }

        string facts = string.Join(' ', expected.EnumerateArray().Where(m => !IsInPair(text, m[0].GetInt32())).Select(m => m.ToString()));
        foreach (TextKind kind in new[] { TextKinds.Of(Encoding.UTF8.GetBytes(text)), TextKind.Full }.Distinct())
        {
            IEnumerable<Match> matches = regex.For(kind).Matches(text).Where(m => !IsInPair(text, m.Index));
            string found = string.Join(' ', matches.Select(m => "[" + string.Join(',', m.Groups.Cast<Group>().Select(Place)) + "]"));
            if (found != facts)
            {
                return $"{kind}: {found} by {regex.For(kind)}";
            }
        }

        return null;
    }

    private static string Place(Group group) => group.Success ? $"{group.Index},{group.Index + group.Length}" : "-1,-1";

    // Java finds the empty text between the halves of a pair too; here no match stands inside a character.
    private static bool IsInPair(string text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);
}
