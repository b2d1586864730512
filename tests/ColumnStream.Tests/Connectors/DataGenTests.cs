using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: every type can be generated inside its limits. Method: many rows, checked as text.</summary>
public sealed class DataGenTests
{
    private static Connector Connector => OptionTests.Find("datagen");

    [Fact]
    public void Random_values_stay_inside_their_limits_and_reach_them()
    {
        Assert.Equal(["-1", "0", "1"], Read(SqlType.TinyInt, ("min", "-1"), ("max", "1")).Distinct().Order(StringComparer.Ordinal));
        List<string> decimals = Read(SqlType.Decimal(25, 2), ("min", "-0.05"), ("max", "12345678901234567890.5"));
        Assert.All(decimals, value => Assert.Matches("^-?[0-9]{1,20}\\.[0-9]{2}$", value));
        Assert.All(Read(SqlType.Double, ("min", "1"), ("max", "2")), value =>
            Assert.InRange(double.Parse(value, CultureInfo.InvariantCulture), 1, 2));
        Assert.InRange(Read(SqlType.BigInt).Count(value => value[0] == '-'), 400, 600);
        Assert.InRange(Read(SqlType.Boolean).Count(value => value == "true"), 400, 600);
        Assert.InRange(Read(SqlType.Integer, ("null-rate", "0.25")).Count(value => value == "null"), 180, 320);
    }

    [Fact]
    public void Text_and_bytes_have_their_length()
    {
        Assert.All(Read(SqlType.String), value => Assert.Matches("^[0-9a-f]{100}$", value));
        Assert.All(Read(SqlType.VarChar(7)), value => Assert.Equal(7, value.Length));
        List<string> varied = Read(SqlType.String, ("length", "5"), ("var-len", "true"));
        Assert.Equal(5, varied.Select(value => value.Length).Distinct().Count());
        Assert.All(Read(SqlType.Bytes, ("length", "4")), value => Assert.Matches("^x'[0-9A-F]{8}'$", value));
    }

    [Fact]
    public void Times_are_the_clocks_and_lie_back_at_most_as_told()
    {
        List<string> times = Read(SqlType.Timestamp(3), ("max-past", "1 s"));
        Assert.All(times, value => Assert.True(
            string.CompareOrdinal(value, "2026-01-02 03:04:04.000") >= 0
            && string.CompareOrdinal(value, "2026-01-02 03:04:05.000") <= 0));
        Assert.All(Read(SqlType.Date), value => Assert.Equal("2026-01-02", value));
        Assert.All(Read(SqlType.Time(0)), value => Assert.Equal("03:04:05", value));
    }

    [Fact]
    public void Nested_values_are_made_of_their_parts()
    {
        SqlType row = SqlType.Row([new SqlField("a", SqlType.Integer), new SqlField("b", SqlType.Array(SqlType.TinyInt))]);
        List<string> values = Read(row, ("a.min", "1"), ("a.max", "1"), ("b.length", "2"), ("null-rate", "0.5"));
        Assert.All(values, value => Assert.Matches("^(null|\\(1, \\[-?[0-9]+, -?[0-9]+\\]\\))$", value));
        Assert.InRange(values.Count(value => value == "null"), 400, 600);
    }

    [Fact]
    public void A_sequence_counts_and_bounds_the_table()
    {
        TableSpec table = TableSpecs.Make(
            [("id", SqlType.Decimal(10, 1)), ("name", SqlType.String)],
            ("connector", "datagen"),
            ("rows-per-second", "0"),
            ("fields.id.kind", "sequence"),
            ("fields.id.start", "-1"),
            ("fields.id.end", "2"),
            ("fields.name.kind", "sequence"),
            ("fields.name.start", "7"),
            ("fields.name.end", "100"));
        Assert.True(Connector.IsBounded(table));
        using var run = new SourceRun(Connector, table);
        Assert.Equal(["+I[-1.0, 7]", "+I[0.0, 8]", "+I[1.0, 9]", "+I[2.0, 10]"], run.ReadAll());
        Assert.False(Connector.IsBounded(TableSpecs.Make([("id", SqlType.BigInt)], ("connector", "datagen"))));
    }

    private static List<string> Read(SqlType type, params (string Key, string Value)[] options)
    {
        TableSpec table = TableSpecs.Make(
            [("f", type)],
            [
                ("connector", "datagen"), ("rows-per-second", "0"), ("number-of-rows", "1000"), ("seed", "7"),
                .. options.Select(option => ($"fields.f.{option.Key}", option.Value)),
            ]);
        using var run = new SourceRun(Connector, table, time: new ManualClock());
        return [.. run.ReadAll().Select(row => row[3..^1])];
    }
}
