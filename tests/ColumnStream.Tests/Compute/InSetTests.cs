using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

/// <summary>Holds IN over long lists of constants against a set of the framework.</summary>
public sealed class InSetTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_long_list_holds_what_a_set_holds(int seed)
    {
        var random = new Random(seed);
        foreach (SqlType type in new[] { SqlType.TinyInt, SqlType.Integer, SqlType.BigInt, SqlType.Timestamp(3), SqlType.String })
        {
            string[] list = [.. Enumerable.Range(0, random.Next(12, 400)).Select(_ => Make(random, type))];
            string?[] rows = [.. Enumerable.Range(0, 1100).Select(i => i % 11 == 0 ? null
                : i % 2 == 0 ? list[random.Next(list.Length)] : Make(random, type))];
            using var t = new Table();
            ColumnExpression column = t.Column(type, rows);
            bool hasNull = seed == 3;
            BoundExpression[] members = [.. list.Select(v => new LiteralExpression(v, type.WithNullable(false)))];
            if (hasNull)
            {
                members[^1] = new LiteralExpression(null, type);
            }

            HashSet<string> set = [.. hasNull ? list[..^1] : list];
            string?[] expected = [.. rows.Select(r => r is null ? null : set.Contains(r) ? "true" : hasNull ? null : "false")];
            Assert.Equal(expected, t.Run(Table.Call("IN", [column, .. members])));
        }
    }

    private static string Make(Random random, SqlType type) => type.Id switch
    {
        SqlTypeId.TinyInt => random.Next(-128, 128).ToString(CultureInfo.InvariantCulture),
        SqlTypeId.Integer => random.Next(-300, 300).ToString(CultureInfo.InvariantCulture),
        SqlTypeId.VarChar => new string((char)('a' + random.Next(26)), random.Next(0, 20)) + (random.Next(4) == 0 ? "€" : string.Empty),
        _ => (random.NextInt64(-1000, 1000) * 1_000_003).ToString(CultureInfo.InvariantCulture),
    };
}
