using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

// Goal: date functions give the same whether a tile is one hour, one day, many, or beyond what vectors count. Method: times
// in runs, at random and at both ends of 64 bits, in three units, beside plain arithmetic; Table compares vector and scalar.
public sealed class TimeKernelTests
{
    private static readonly (string Unit, long Seconds, long Count)[] Parts =
        [("HOUR", 3600, 24), ("MINUTE", 60, 60), ("SECOND", 1, 60)];

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    public void Parts_and_floors_are_those_of_plain_arithmetic(int precision)
    {
        long perSecond = (long)Math.Pow(10, precision);
        foreach (long[] times in Columns(perSecond))
        {
            using var t = new Table();
            ColumnExpression a = t.Column(SqlType.Timestamp(precision), Texts(times));
            foreach ((string unit, long seconds, long count) in Parts)
            {
                Assert.Equal(
                    Texts(times.Select(x => Modulo(Floor(x, seconds * perSecond), count))),
                    t.Run(Table.Call("EXTRACT", Literal(unit), a)));
                Assert.Equal(
                    Texts(times.Select(x => Floor(x, seconds * perSecond) * seconds * perSecond)),
                    t.Run(Table.Call("FLOOR", a, Literal(unit))));
            }

            Assert.Equal(Texts(times.Select(x => Floor(x, perSecond))), t.Run(Table.Call("EXTRACT", Literal("EPOCH"), a)));
            Assert.Equal(
                Texts(times.Select(x => Modulo(Floor(x, 86_400 * perSecond) + 4, 7) + 1)),
                t.Run(Table.Call("EXTRACT", Literal("DOW"), a)));
        }
    }

    [Theory]
    [InlineData("yyyy-MM-dd")]
    [InlineData("yyyy-MM-dd HH")]
    [InlineData("HH:mm 'day' dd")]
    [InlineData("yyyy-MM-dd HH:mm:ss")]
    [InlineData("HH:mm:ss.SSS")]
    public void Formatted_times_are_those_of_the_platform(string pattern)
    {
        foreach (long[] times in Columns(1000))
        {
            long[] known = [.. times.Where(x => x is > -62_135_596_800_000 and < 253_402_300_800_000)];
            using var t = new Table();
            ColumnExpression a = t.Column(SqlType.Timestamp(3), Texts(known));
            string platform = pattern.Replace("SSS", "fff", StringComparison.Ordinal);
            Assert.Equal(
                known.Select(x => DateTime.UnixEpoch.AddMilliseconds(x).ToString(platform, CultureInfo.InvariantCulture)),
                t.Run(Table.Call("DATE_FORMAT", a, Literal(pattern))));
        }
    }

    private static IEnumerable<long[]> Columns(long perSecond)
    {
        var random = new Random(4);
        long now = 1_700_000_123 * perSecond;
        yield return [now];
        yield return [.. Enumerable.Range(0, 1100).Select(i => now + (i * perSecond / 10))];
        yield return [.. Enumerable.Range(0, 1100).Select(i => now + (i * perSecond * 500))];
        yield return [.. Enumerable.Range(0, 600).Select(i => (i - 300) * perSecond * 97)];
        yield return [.. Enumerable.Range(0, 600).Select(_ => random.NextInt64(-5_000_000_000, 5_000_000_000) * perSecond)];

        // The ends of 64 bits have no floor of their own, so the least value stays a day away.
        yield return [long.MinValue + (86_400 * perSecond), long.MaxValue, now, (1L << 51) - 1, 1L << 51, -(1L << 51), 0, -1];
        yield return [.. Enumerable.Repeat(long.MaxValue, 520)];
    }

    private static long Floor(long a, long b) => (a / b) - (a % b < 0 ? 1 : 0);

    private static long Modulo(long a, long b) => a - (Floor(a, b) * b);

    private static string[] Texts(IEnumerable<long> values) =>
        [.. values.Select(v => v.ToString(CultureInfo.InvariantCulture))];

    private static LiteralExpression Literal(string value) => new(value, SqlType.String.WithNullable(false));
}
