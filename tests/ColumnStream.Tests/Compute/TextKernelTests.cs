using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

// Goal: text kernels for constant arguments give what C# strings give. Method: random texts of every length around 12, 32
// and 64 bytes, ASCII or not, some NULL, all rows or some of them.
public sealed class TextKernelTests
{
    private readonly string?[] _texts = Texts(1500);

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 4)]
    [InlineData(9, 20)]
    [InlineData(1, 32)]
    [InlineData(3, 31)]
    [InlineData(30, 100)]
    [InlineData(5, 0)]
    [InlineData(2, null)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void Substring_counts_characters(int start, int? length)
    {
        BoundExpression[] rest = length is { } n ? [Number(start), Number(n)] : [Number(start)];
        Check(a => Table.Call("SUBSTRING", [a, .. rest]), text =>
        {
            Rune[] runes = [.. text.EnumerateRunes()];
            return string.Concat(runes.Skip(start - 1).Take(length ?? int.MaxValue));
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(63)]
    public void Split_index_finds_the_piece(int index) =>
        Check(
            a => Table.Call("SPLIT_INDEX", a, Literal("/"), Number(index)),
            text => text.Length == 0 ? null : text.Split('/').ElementAtOrDefault(index));

    [Fact]
    public void Letters_change_their_case()
    {
        Check(a => Table.Call("UPPER", a), static text => text.ToUpperInvariant());
        Check(a => Table.Call("LOWER", a), static text => text.ToLowerInvariant());
    }

    [Fact]
    public void Texts_are_joined()
    {
        Check(a => Table.Call("||", a, a), static text => text + text);
        Check(a => Table.Call("CONCAT", a, Literal("-"), a), static text => text + "-" + text);
        Check(a => Table.Call("CONCAT", a), static text => text);
    }

    [Fact]
    public void In_finds_short_constants_and_no_other_text()
    {
        string[] constants = ["", "0", "a", "/", "abc", "XYZ09", "twelve bytes", "ä", .. Enumerable.Range(0, 300).Select(i => $"x{i}")];
        string[] few = constants[..14];
        foreach (string[] list in new[] { few, constants })
        {
            BoundExpression[] literals = [.. list.Select(Literal)];
            Check(a => Table.Call("IN", [a, .. literals]), text => list.Contains(text) ? "true" : "false");
        }
    }

    private static string?[] Texts(int count)
    {
        var random = new Random(17);
        var texts = new string?[count];
        for (int i = 0; i < count; i++)
        {
            int length = random.Next(8) switch { 0 => random.Next(300), 1 => random.Next(2), < 4 => random.Next(14), _ => random.Next(80) };
            var text = new StringBuilder();
            bool ascii = random.Next(4) > 0;
            while (text.Length < length)
            {
                text.Append(ascii || random.Next(9) > 0
                    ? "/abcXYZ09@[`{~ "[random.Next(15)].ToString()
                    : new[] { "ä", "Ж", "\u20AC", "\U0001F600" }[random.Next(4)]);
            }

            texts[i] = random.Next(10) == 0 ? null : text.ToString();
        }

        return texts;
    }

    private static LiteralExpression Number(int value) =>
        new(value.ToString(CultureInfo.InvariantCulture), SqlType.Integer.WithNullable(false));

    private static LiteralExpression Literal(string value) => new(value, SqlType.String.WithNullable(false));

    private void Check(Func<BoundExpression, BoundExpression> call, Func<string, string?> expected)
    {
        using var t = new Table();
        BoundExpression expression = call(t.Column(SqlType.String, _texts));
        IReadOnlyList<string?> all = t.Run(expression);
        int[] some = [.. Enumerable.Range(0, _texts.Length).Where(i => i % 7 == 3 || i is > 600 and < 700)];
        IReadOnlyList<string?> selected = t.Run(expression, some);
        for (int i = 0; i < _texts.Length; i++)
        {
            string? wanted = _texts[i] is { } text ? expected(text) : null;
            Assert.True(wanted == all[i], $"{expression} of '{_texts[i]}' is '{all[i]}', not '{wanted}'");
        }

        Assert.Equal(some.Select(i => all[i]), selected.Count == some.Length ? selected : some.Select(i => selected[i]));
    }
}
