using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Holds the matrix of casts against tests/data/types/casts.txt, which was written from Flink's documentation.</summary>
public sealed class CastMatrixTests
{
    private static readonly (string Name, SqlType Type, string Sample)[] Types =
    [
        ("BOOLEAN", SqlType.Boolean, "true"),
        ("TINYINT", SqlType.TinyInt, "5"),
        ("SMALLINT", SqlType.SmallInt, "12345"),
        ("INT", SqlType.Integer, "1234567"),
        ("BIGINT", SqlType.BigInt, "12345678901"),
        ("FLOAT", SqlType.Float, "123.5"),
        ("DOUBLE", SqlType.Double, "123.456789"),
        ("DECIMAL", SqlType.Decimal(10, 2), "12345"),
        ("CHAR", SqlType.Char(4), "2021"),
        ("VARCHAR", SqlType.VarChar(6), "x"),
        ("BINARY", new SqlType(SqlTypeId.Binary) { Length = 4 }, "00010203"),
        ("VARBINARY", new SqlType(SqlTypeId.VarBinary) { Length = 6 }, "41FF"),
        ("DATE", SqlType.Date, "18894"),
        ("TIME", SqlType.Time(0), "45296000"),
        ("TIMESTAMP", SqlType.Timestamp(3), "1632486896123"),
        ("TIMESTAMP_LTZ", SqlType.TimestampLtz(6), "1632486896123456"),
        ("INTERVAL_YEAR_MONTH", new SqlType(SqlTypeId.IntervalYearMonth), "14"),
        ("INTERVAL_DAY_TIME", new SqlType(SqlTypeId.IntervalDayTime), "123456789"),
    ];

    [Fact]
    public void Every_pair_casts_as_documented()
    {
        Dictionary<(string, string), bool> expected = [];
        foreach ((string head, string tail) in Lines("cast "))
        {
            foreach (string from in head.Split(' '))
            {
                foreach (string to in tail.Split(' '))
                {
                    expected.Add((from, to.TrimEnd('!')), to.EndsWith('!'));
                }
            }
        }

        int refused = 0;
        foreach ((string from, SqlType source, _) in Types)
        {
            foreach ((string to, SqlType target, _) in Types)
            {
                CastKind kind = CastTable.Of(source.Id, target.Id);
                bool isCast = expected.TryGetValue((from, to), out bool mayFail);
                refused += isCast ? 0 : 1;
                Assert.True(SqlTypes.CanCast(source, target) == isCast, $"CAST({from} AS {to})");
                Assert.True((kind == CastKind.Fallible) == (isCast && mayFail), $"CAST({from} AS {to}) may fail");
            }
        }

        Assert.Equal(324, refused + expected.Count);
    }

    [Fact]
    public void Every_pair_casts_without_being_asked_as_documented()
    {
        HashSet<(string, string)> expected = [.. Lines("into ").SelectMany(line =>
            line.Tail.Split(' ').Select(from => (from, line.Head)))];
        foreach ((string from, SqlType source, _) in Types)
        {
            foreach ((string to, SqlType target, _) in Types)
            {
                Assert.True(
                    TypeCoercion.CanCastImplicitly(source, target) == expected.Contains((from, to)), $"{from} into {to}");
            }
        }
    }

    [Fact]
    public void Every_pair_has_the_documented_common_type_and_compares_in_it()
    {
        Dictionary<(string, string), string> common = [];
        HashSet<(string, string)> compared = [];
        foreach (string line in Data("casts.txt").Where(l => l.StartsWith("common ", StringComparison.Ordinal)))
        {
            string[] parts = line.Split(' ', 5);
            common.Add((parts[1], parts[2]), parts[4]);
            common.Add((parts[2], parts[1]), parts[4]);
        }

        foreach (string line in Data("casts.txt").Where(l => l.StartsWith("compare ", StringComparison.Ordinal)))
        {
            string[] parts = line.Split(' ');
            compared.Add((parts[1], parts[2]));
            compared.Add((parts[2], parts[1]));
        }

        foreach ((string left, SqlType a, _) in Types)
        {
            foreach ((string right, SqlType b, _) in Types)
            {
                string? expected = left == right ? a.ToString() : common.GetValueOrDefault((left, right));
                Assert.True(TypeCoercion.CommonType(a, b)?.ToString() == expected, $"{left} and {right}");
                bool compares = expected is not null || compared.Contains((left, right));
                Assert.True(TypeCoercion.ComparisonType(a, b) is not null == compares, $"{left} = {right}");
            }
        }
    }

    [Fact]
    public void Every_pair_that_casts_has_a_kernel_for_values_and_null_in_columns_and_constants()
    {
        foreach ((string from, SqlType source, string sample) in Types)
        {
            foreach ((string to, SqlType target, _) in Types.Where(t => SqlTypes.CanCast(source, t.Type)))
            {
                using var t = new Table { Options = new EvaluatorOptions(TimeProvider.System, new Random(1), "Asia/Kolkata") };
                string?[] rows = [sample, null, sample];
                ColumnExpression column = t.Column(source, rows);
                IReadOnlyList<string?> values = t.Run(new CastExpression(column, target, Try: true));
                Assert.True(values[0] == values[2] && values[1] is null, $"TRY_CAST({from} AS {to})");
                Assert.Equal(values[0], t.Run(new CastExpression(new LiteralExpression(sample, source), target, Try: true))[1]);
                if (values[0] is not null)
                {
                    Assert.Equal(values, t.Run(new CastExpression(column, target)));
                }
                else if (CastTable.Of(source.Id, target.Id) == CastKind.Fallible)
                {
                    Assert.Throws<EvaluationException>(() => t.Run(new CastExpression(column, target)));
                }
            }
        }
    }

    private static IEnumerable<(string Head, string Tail)> Lines(string prefix) =>
        from line in Data("casts.txt")
        where line.StartsWith(prefix, StringComparison.Ordinal)
        let colon = line.IndexOf(": ", StringComparison.Ordinal)
        select (line[prefix.Length..colon], line[(colon + 2)..]);

    /// <summary>Reads the lines of a file of tests/data/types.</summary>
    internal static string[] Data(string file)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return File.ReadAllLines(Path.Combine(folder, "tests/data/types", file));
    }
}
