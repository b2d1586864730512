using System;
using System.Linq;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using Xunit;

namespace ColumnStream.Tests.Compute;

public sealed class CastTests
{
    private static string? Cast(LiteralExpression value, SqlType to, bool isTry = false) =>
        Table.Value(new CastExpression(value, to, isTry));

    private static LiteralExpression Text(string text) => Literals.Text(text);

    [Fact]
    public void Numbers_narrow_by_wrapping_and_floats_saturate()
    {
        Assert.Equal("-128", Cast(Literals.Int32(128), SqlType.TinyInt));
        Assert.Equal("-1", Cast(Literals.Int64(4294967295), SqlType.Integer));
        Assert.Equal("2147483647", Cast(Literals.Double(1e20), SqlType.Integer));
        Assert.Equal("9223372036854775807", Cast(Literals.Double(1e20), SqlType.BigInt));
        Assert.Equal("0", Cast(Literals.Double(double.NaN), SqlType.Integer));
        Assert.Equal("-2", Cast(Literals.Double(-2.9), SqlType.BigInt));
        Assert.Equal("1.5", Cast(Literals.Double(1.5), SqlType.Float));
        Assert.Equal("true", Cast(Literals.Int32(7), SqlType.Boolean));
        Assert.Equal("1", Cast(Literals.Bool(true), SqlType.Integer));
    }

    [Fact]
    public void Decimals_round_half_up_and_overflow_to_null()
    {
        Assert.Equal("124", Cast(Literals.Decimal(12350, 5, 2), SqlType.Decimal(3, 0)));
        Assert.Equal("-13", Cast(Literals.Decimal(-125, 3, 1), SqlType.Decimal(2, 0)));
        Assert.Null(Cast(Literals.Decimal(12350, 5, 2), SqlType.Decimal(2, 0)));
        Assert.Equal("700", Cast(Literals.Int32(7), SqlType.Decimal(5, 2)));
        Assert.Null(Cast(Literals.Int32(7000), SqlType.Decimal(5, 2)));
        Assert.Equal("-12", Cast(Literals.Decimal(-1299, 4, 2), SqlType.Integer));
        Assert.Equal("12.99", Cast(Literals.Decimal(1299, 4, 2), SqlType.Double));
        Assert.Equal("130", Cast(Literals.Double(1.295), SqlType.Decimal(5, 2)));
        Assert.Equal("12990", Cast(Literals.Decimal(1299, 30, 2), SqlType.Decimal(10, 3)));
    }

    [Fact]
    public void Values_print_as_text()
    {
        Assert.Equal("TRUE", Cast(Literals.Bool(true), SqlType.String));
        Assert.Equal("-42", Cast(Literals.Int32(-42), SqlType.String));
        Assert.Equal("1.0E10", Cast(Literals.Double(1e10), SqlType.String));
        Assert.Equal("1.0", Cast(Literals.Double(1), SqlType.String));
        Assert.Equal("0.001", Cast(Literals.Double(0.001), SqlType.String));
        Assert.Equal("1.0E-4", Cast(Literals.Double(0.0001), SqlType.String));
        Assert.Equal("1234567.0", Cast(Literals.Double(1234567), SqlType.String));
        Assert.Equal("NaN", Cast(Literals.Double(double.NaN), SqlType.String));
        Assert.Equal("-0.05", Cast(Literals.Decimal(-5, 10, 2), SqlType.String));
        Assert.Equal("2001-01-01 00:00:00.000", Cast(Literals.Timestamp("2001-01-01 00:00:00.000")!, SqlType.String));
        Assert.Equal("2001-01-01 00:00:00", Cast(Literals.Timestamp("2001-01-01 00:00:00")!, SqlType.String));
        Assert.Equal("2001-01-01", Cast(Literals.Date("2001-01-01")!, SqlType.String));
        Assert.Equal("12:34:56", Cast(Literals.Time("12:34:56")!, SqlType.String));
        Assert.Equal("ab", Cast(Text("abc"), SqlType.VarChar(2)));
        Assert.Equal("ab  ", Cast(Text("ab"), SqlType.Char(4)));
    }

    [Fact]
    public void Text_is_read_or_fails()
    {
        Assert.Equal("42", Cast(Text(" 42 "), SqlType.Integer));
        Assert.Equal("42", Cast(Text("42.9"), SqlType.Integer));
        Assert.Equal("true", Cast(Text("Yes"), SqlType.Boolean));
        Assert.Equal("1235", Cast(Text("12.345"), SqlType.Decimal(5, 2)));
        Assert.Throws<EvaluationException>(() => Cast(Text("123456"), SqlType.Decimal(5, 2)));
        Assert.Null(Cast(Text("123456"), SqlType.Decimal(5, 2), isTry: true));
        Assert.Equal("0", Cast(Text("1970-01-01"), SqlType.Date));
        Assert.Equal("978307200123", Cast(Text("2001-01-01 00:00:00.1234"), SqlType.Timestamp(3)));
        Assert.Equal("978307200123400", Cast(Text("2001-1-1 0:0:0.1234"), SqlType.Timestamp(6)));
        foreach (SqlType type in new[]
        {
            SqlType.Boolean, SqlType.TinyInt, SqlType.Integer, SqlType.BigInt, SqlType.Double, SqlType.Decimal(5, 2),
            SqlType.Date, SqlType.Time(0), SqlType.Timestamp(3), SqlType.TimestampLtz(3),
        })
        {
            Assert.Throws<EvaluationException>(() => Cast(Text("x1"), type));
            Assert.Null(Cast(Text("x1"), type, isTry: true));
        }

        Assert.Throws<EvaluationException>(() => Cast(Text("128"), SqlType.TinyInt));
    }

    [Fact]
    public void Temporal_types_convert()
    {
        LiteralExpression ts = Literals.Timestamp("2024-05-06 07:08:09.123456")!;
        Assert.Equal("1714979289123", Cast(ts, SqlType.Timestamp(3)));
        Assert.Equal("1714979289000", Cast(ts, SqlType.Timestamp(0)));
        Assert.Equal("1714979289123456000", Cast(ts, SqlType.Timestamp(9)));
        Assert.Equal("19849", Cast(ts, SqlType.Date));
        Assert.Equal("25689000", Cast(ts, SqlType.Time(0)));
        Assert.Equal("1714953600000", Cast(Literals.Date("2024-05-06")!, SqlType.Timestamp(3)));
    }

    [Theory]
    [InlineData("2024-03-31 01:59:59", "2024-03-31 00:59:59")]
    [InlineData("2024-03-31 02:30:00", "2024-03-31 01:30:00")]
    [InlineData("2024-03-31 03:00:00", "2024-03-31 01:00:00")]
    [InlineData("2024-10-27 01:59:59", "2024-10-26 23:59:59")]
    [InlineData("2024-10-27 02:30:00", "2024-10-27 00:30:00")]
    [InlineData("2024-10-27 03:00:00", "2024-10-27 02:00:00")]
    public void Local_times_become_instants_across_clock_changes(string local, string utc)
    {
        using var t = new Table { Options = new EvaluatorOptions(TimeProvider.System, new Random(1), "Europe/Berlin") };
        t.Column(SqlType.Integer, "0");
        string? instant = t.Run(new CastExpression(Literals.Timestamp(local)!, SqlType.TimestampLtz(3)))[0];
        Assert.Equal(Literals.Timestamp(utc + ".000")!.Value, instant);
    }

    [Fact]
    public void Instants_show_in_the_zone_before_and_behind_a_change()
    {
        using var t = new Table { Options = new EvaluatorOptions(TimeProvider.System, new Random(1), "America/New_York") };
        string?[] utc = new[] { "2024-03-10 06:59:59.000", "2024-03-10 07:00:00.000", "2024-11-03 05:30:00.000", "2024-11-03 06:30:00.000", "1900-01-01 00:00:00.000" }
            .Select(s => Literals.Timestamp(s)!.Value).ToArray();
        ColumnExpression c = t.Column(SqlType.TimestampLtz(3), utc);
        Assert.Equal(
            ["2024-03-10 01:59:59.000", "2024-03-10 03:00:00.000", "2024-11-03 01:30:00.000", "2024-11-03 01:30:00.000", "1899-12-31 19:00:00.000"],
            t.Run(new CastExpression(c, SqlType.String)));
        Assert.Equal(["1", "3", "1", "1", "19"], t.Run(Table.Call("HOUR", c)));
    }

    [Fact]
    public void Binary_numbers_print_as_java_prints_them()
    {
        Span<byte> text = stackalloc byte[NumberText.MaxLength];
        foreach (string line in CastMatrixTests.Data("float-text.txt").Where(l => !l.StartsWith('#')))
        {
            string[] parts = line.Split(' ');
            ulong bits = ulong.Parse(parts[1], System.Globalization.NumberStyles.HexNumber);
            int length = parts[0] == "double" ? NumberText.Format(BitConverter.UInt64BitsToDouble(bits), text)
                : NumberText.Format(BitConverter.UInt32BitsToSingle((uint)bits), text);
            Assert.Equal(parts[2], System.Text.Encoding.UTF8.GetString(text[..length]));
        }
    }

    [Fact]
    public void Values_of_every_type_come_back_from_their_text()
    {
        (SqlType Type, Func<Random, string> Make)[] types =
        [
            (SqlType.Boolean, r => r.Next(2) == 0 ? "true" : "false"),
            (SqlType.TinyInt, r => r.Next(-128, 128).ToString()),
            (SqlType.SmallInt, r => r.Next(-32768, 32768).ToString()),
            (SqlType.Integer, r => ((int)r.NextInt64()).ToString()),
            (SqlType.BigInt, r => r.NextInt64(long.MinValue, long.MaxValue).ToString()),
            (SqlType.Float, r => Finite(BitConverter.Int32BitsToSingle((int)r.NextInt64())).ToString("R")),
            (SqlType.Double, r => Finite(BitConverter.Int64BitsToDouble(r.NextInt64())).ToString("R")),
            (SqlType.Decimal(18, 7), r => r.NextInt64(-999_999_999_999_999_999, 1_000_000_000_000_000_000).ToString()),
            (SqlType.Decimal(38, 20), r => ((Int128)r.NextInt64() * r.NextInt64()).ToString()),
            (SqlType.Date, r => r.Next(-719_162, 2_932_896).ToString()),
            (SqlType.Time(3), r => r.Next(86_400_000).ToString()),
            (SqlType.Time(0), r => (r.Next(86_400) * 1000).ToString()),
            (SqlType.Timestamp(0), r => (r.NextInt64(-62_135_596_800, 253_402_300_800) * 1000).ToString()),
            (SqlType.Timestamp(3), r => r.NextInt64(-62_135_596_800_000, 253_402_300_800_000).ToString()),
            (SqlType.Timestamp(5), r => (r.NextInt64(-6_213_559_680_000_000, 25_340_230_080_000_000) * 10).ToString()),
            (SqlType.Timestamp(6), r => r.NextInt64(-62_135_596_800_000_000, 253_402_300_800_000_000).ToString()),
            (SqlType.Timestamp(9), r => r.NextInt64(long.MinValue, long.MaxValue).ToString()),
            (SqlType.TimestampLtz(3), r => r.NextInt64(-62_135_596_800_000, 253_402_300_700_000).ToString()),
            (SqlType.TimestampLtz(9), r => r.NextInt64(long.MinValue + 90_000_000_000_000, long.MaxValue - 90_000_000_000_000).ToString()),
            (new SqlType(SqlTypeId.VarBinary) { Length = 20 }, r => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes("aß€😀"[..r.Next(4)]))),
        ];
        var random = new Random(20261122);
        foreach ((SqlType type, Func<Random, string> make) in types)
        {
            using var t = new Table { Options = new EvaluatorOptions(TimeProvider.System, random, "Asia/Kolkata") };
            string?[] values = [.. Enumerable.Range(0, 700).Select(i => i % 9 == 0 ? null : make(random))];
            ColumnExpression column = t.Column(type, values);
            var back = new CastExpression(new CastExpression(column, SqlType.String), type);
            Assert.Equal(values, t.Run(back));
        }
    }

    private static double Finite(double value) => double.IsFinite(value) ? value : 0.5;

    private static float Finite(float value) => float.IsFinite(value) ? value : 0.5f;

    [Theory]
    [InlineData(10, 2, 5, 3, 12, 3, 16, 5, 19, 8, 5, 3)]
    [InlineData(38, 10, 38, 10, 38, 9, 38, 6, 38, 6, 38, 10)]
    [InlineData(4, 3, 19, 0, 23, 3, 24, 3, 24, 23, 4, 3)]
    [InlineData(19, 0, 10, 0, 20, 0, 30, 0, 30, 11, 10, 0)]
    [InlineData(19, 0, 19, 0, 20, 0, 38, 0, 38, 19, 19, 0)]
    [InlineData(38, 10, 38, 28, 38, 9, 38, 6, 38, 6, 38, 28)]
    [InlineData(30, 6, 30, 6, 31, 6, 38, 6, 38, 8, 30, 6)]
    [InlineData(30, 20, 30, 20, 31, 20, 38, 17, 38, 8, 30, 20)]
    public void Decimal_results(int p1, int s1, int p2, int s2, int pa, int sa, int pm, int sm, int pd, int sd, int pr, int sr)
    {
        SqlType a = SqlType.Decimal(p1, s1);
        SqlType b = SqlType.Decimal(p2, s2);
        Assert.Equal(SqlType.Decimal(pa, sa), DecimalRules.Add(a, b));
        Assert.Equal(SqlType.Decimal(pm, sm), DecimalRules.Multiply(a, b));
        Assert.Equal(SqlType.Decimal(pd, sd), DecimalRules.Divide(a, b));
        Assert.Equal(SqlType.Decimal(pr, sr), DecimalRules.Modulo(a, b));
    }

    [Fact]
    public void Decimal_arithmetic_is_exact_in_every_width()
    {
        using var t = new Table();
        ColumnExpression price = t.Column(SqlType.BigInt, "100", null, "9223372036854775807");
        Assert.Equal(["90800", null, "8374821809464136432756"], t.Run(Table.Call("*", Literals.Number("0.908")!, price)));
        ColumnExpression a = t.Column(SqlType.Decimal(10, 2), "12345", "-5", "0");
        ColumnExpression b = t.Column(SqlType.Decimal(5, 3), "1500", "2000", "99999");
        Assert.Equal(["124950", "1950", "99999"], t.Run(Table.Call("+", a, b)));
        Assert.Equal(["18517500", "-10000", "0"], t.Run(Table.Call("*", a, b)));
        Assert.Equal(["8230000000", "-2500000", "0"], t.Run(Table.Call("/", a, b)));
        Assert.Equal(["450", "-50", "0"], t.Run(Table.Call("%", a, b)));
        ColumnExpression wide = t.Column(SqlType.Decimal(38, 0), "99999999999999999999999999999999999999", "7", "-7");
        Assert.Equal([null, "14", "-14"], t.Run(Table.Call("+", wide, wide)));
        Assert.Throws<EvaluationException>(() => t.Run(Table.Call("/", wide, Literals.Decimal(0, 3, 0))));
    }
}
