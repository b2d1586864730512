using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

// Goal: kernels chosen by the shape of an expression give what the plain operation gives. Method: values at the ends of
// what each kernel takes, and random ones, beside C# arithmetic and regular expressions; vector beside scalar.
public sealed class KernelTests
{
    private static readonly long[] Edges =
    [
        0, 1, -1, 2, -2, 6, 7, 8, -6, -7, -8, 122, 123, 124, -123, 999_999_999_999, -1_000_000_000_000,
        (1L << 51) - 1, 1L << 51, (1L << 51) + 1, -(1L << 51), 1 - (1L << 51), -(1L << 51) - 1, (1L << 52) - 1, 1L << 53,
        long.MaxValue, long.MinValue, long.MaxValue - 1, long.MinValue + 1, int.MaxValue, int.MinValue,
    ];

    [Theory]
    [InlineData(1L)]
    [InlineData(2L)]
    [InlineData(3L)]
    [InlineData(7L)]
    [InlineData(123L)]
    [InlineData(1024L)]
    [InlineData(86_400_000L)]
    [InlineData(999_999_999_999L)]
    [InlineData((1L << 51) - 1)]
    [InlineData(1L << 51)]
    [InlineData(-7L)]
    [InlineData(long.MaxValue)]
    public void Dividing_by_a_constant_is_exact(long divisor)
    {
        foreach (bool small in new[] { true, false })
        {
            long[] values = Values(small ? 50 : 63);
            using var t = new Table();
            ColumnExpression a = t.Column(SqlType.BigInt, Texts(values));
            Assert.Equal(Texts(values.Select(v => Divide(v, divisor))), t.Run(Table.Call("/", a, Constant(divisor))));
            Assert.Equal(Texts(values.Select(v => Modulo(v, divisor))), t.Run(Table.Call("%", a, Constant(divisor))));
            foreach (long remainder in new[] { 0, 1, -1, 5 })
            {
                Assert.Equal(
                    values.Select(v => Modulo(v, divisor) == remainder ? "true" : "false"),
                    t.Run(Table.Call("=", Table.Call("%", a, Constant(divisor)), Constant(remainder))));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(int.MaxValue)]
    public void Dividing_integers_of_32_bits_is_exact(int divisor)
    {
        int[] values = [.. Values(63).Select(v => (int)v)];
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.Integer, Texts(values.Select(v => (long)v)));
        var by = new LiteralExpression(divisor.ToString(CultureInfo.InvariantCulture), SqlType.Integer.WithNullable(false));
        Assert.Equal(Texts(values.Select(v => (long)(v / divisor))), t.Run(Table.Call("/", a, by)));
        Assert.Equal(Texts(values.Select(v => (long)(v % divisor))), t.Run(Table.Call("%", a, by)));
    }

    [Theory]
    [InlineData(18, 2, 17, 1)]
    [InlineData(18, 6, 14, 2)]
    [InlineData(18, 15, 4, 0)]
    [InlineData(18, 2, 9, 1)]
    [InlineData(12, 4, 8, 0)]
    public void Decimals_round_half_away_from_zero(int precision, int scale, int toPrecision, int toScale)
    {
        SqlType from = SqlType.Decimal(precision, scale);
        SqlType to = SqlType.Decimal(toPrecision, toScale);
        var limit = (Int128)Math.Pow(10, precision);
        long unit = (long)Math.Pow(10, scale - toScale);
        long[] values = [.. Values(63).Concat(Values(40)).Concat([unit / 2, -unit / 2, (unit / 2) - 1, unit + (unit / 2)])
            .Where(v => v < limit && v > -limit)];
        using var t = new Table();
        ColumnExpression a = t.Column(from, Texts(values));
        var most = (Int128)Math.Pow(10, toPrecision);
        IEnumerable<string?> expected = values.Select(v =>
        {
            Int128 rounded = (Int128.Abs(v) + (unit / 2)) / unit;
            return rounded >= most ? null : (v < 0 ? -rounded : rounded).ToString(CultureInfo.InvariantCulture);
        });
        Assert.Equal(expected, t.Run(new CastExpression(a, to)));
    }

    [Theory]
    [InlineData(22)]
    [InlineData(21)]
    public void Products_lose_no_digits_that_they_have(int precision)
    {
        // 908 times the ends of BIGINT has 22 digits: a cast to 22 changes nothing, one to 21 gives NULL.
        long[] values = [0, 1, -1, long.MaxValue, long.MinValue, 12_345];
        using var t = new Table();
        BoundExpression product = Table.Call(
            "*",
            new LiteralExpression("908", SqlType.Decimal(4, 3).WithNullable(false)),
            new CastExpression(t.Column(SqlType.BigInt, Texts(values)), SqlType.Decimal(19, 0)));
        Int128 most = Int128.Parse("1" + new string('0', precision), CultureInfo.InvariantCulture);
        Assert.Equal(
            values.Select(v => Int128.Abs((Int128)v * 908) < most
                ? ((Int128)v * 908).ToString(CultureInfo.InvariantCulture) : null),
            t.Run(new CastExpression(product, SqlType.Decimal(precision, 3))));
    }

    [Fact]
    public void Like_with_constant_patterns_is_the_regular_expression()
    {
        var random = new Random(5);
        string[] parts = ["a", "b", "ab", "ba", "aab", "ü", "xyz", "%", "%", "%", "_", "!%", "!_", "!!"];
        for (int round = 0; round < 400; round++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => parts[random.Next(parts.Length)]));
            string[] texts = [.. Enumerable.Range(0, 70).Select(_ => Text(random))];
            var regex = new Regex($"^{ToRegex(pattern)}$", RegexOptions.Singleline | RegexOptions.CultureInvariant);
            using var t = new Table();
            ColumnExpression a = t.Column(SqlType.String, texts);
            IReadOnlyList<string?> actual = t.Run(Table.Call("LIKE", a, Literal(pattern), Literal("!")));
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.True(
                    regex.IsMatch(texts[i]) == (actual[i] == "true"), $"'{texts[i]}' LIKE '{pattern}' ESCAPE '!': {actual[i]}");
            }
        }
    }

    [Fact]
    public void Text_columns_compare_by_their_bytes_wherever_they_stand()
    {
        var random = new Random(9);
        using var t = new Table();
        string?[] left = [.. Enumerable.Range(0, 1100).Select(_ => random.Next(6) == 0 ? null : Text(random))];
        string?[] right = [.. left.Select(x => random.Next(3) == 0 ? Text(random) : x)];
        ColumnExpression a = t.Column(SqlType.String, left);
        ColumnExpression b = t.Column(SqlType.String, right);
        Assert.Equal(
            left.Zip(right, (x, y) => x is null || y is null ? null : x == y ? "true" : "false"), t.Run(Table.Call("=", a, b)));
        Assert.Equal(
            left.Zip(right, (x, y) => x is null || y is null ? null : x == y ? "false" : "true"), t.Run(Table.Call("<>", a, b)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    [InlineData(40, true)]
    [InlineData(300, false)]
    public void Case_of_constant_texts_gives_each_row_its_own(int branches, bool hasElse)
    {
        var random = new Random(2);
        long[] values = [.. Enumerable.Range(0, 1300).Select(_ => random.NextInt64(branches + 3))];
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.BigInt, Texts(values));
        var list = new CaseBranch[branches];
        for (int i = 0; i < branches; i++)
        {
            list[i] = new CaseBranch(Table.Call("=", a, Constant(i)), Literal(Name(i)));
        }

        var choice = new CaseExpression(
            ValueList.Create<CaseBranch>(list), hasElse ? Literal("otherwise, a long text") : null, SqlType.String);
        Assert.Equal(
            values.Select(v => v < branches ? Name(v) : hasElse ? "otherwise, a long text" : null), t.Run(choice));
    }

    private static string Name(long i) => i % 2 == 0 ? $"short {i}" : $"a text of more than twelve bytes {i}";

    private static string Text(Random random)
    {
        string[] parts = ["a", "b", "aab", "ü", "xyz", "%", "_", "!", "long enough to leave the view", "\u20AC"];
        return string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => parts[random.Next(parts.Length)]));
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder();
        for (int i = 0; i < pattern.Length; i++)
        {
            regex.Append(pattern[i] switch
            {
                '%' => ".*",
                '_' => ".",
                '!' when i + 1 < pattern.Length => Regex.Escape(pattern[++i].ToString()),
                var c => Regex.Escape(c.ToString()),
            });
        }

        return regex.ToString();
    }

    private static long[] Values(int bits)
    {
        var random = new Random(bits);
        long limit = 1L << (bits - 1);
        return [.. Edges.Where(e => bits == 63 || (e < limit && e > -limit)),
            .. Enumerable.Range(0, 1100).Select(_ => random.NextInt64(-limit, limit) >> random.Next(bits))];
    }

    private static long Divide(long a, long b) => b == -1 ? unchecked(-a) : a / b;

    private static long Modulo(long a, long b) => b == -1 ? 0 : a % b;

    private static string[] Texts(IEnumerable<long> values) =>
        [.. values.Select(v => v.ToString(CultureInfo.InvariantCulture))];

    private static LiteralExpression Constant(long value) =>
        new(value.ToString(CultureInfo.InvariantCulture), SqlType.BigInt.WithNullable(false));

    private static LiteralExpression Literal(string value) => new(value, SqlType.String.WithNullable(false));
}
