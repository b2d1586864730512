using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute.Nested;

/// <summary>Checks nested values against plain objects: their bytes, and what expressions make of them.</summary>
public sealed class NestedValueTests
{
    [Fact]
    public void Values_come_back_from_their_bytes()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var model = new NestedModel(new Random(seed));
            using var table = new Table();
            SqlType type = model.Nested(3);
            object?[] values = [.. Enumerable.Range(0, 30).Select(_ => model.Value(type))];
            ArrayData column = model.Column(type, values, table.Allocator);
            var codec = new NestedCodec(type.ToArrow());
            ArrayData bytes = codec.Encode(column, table.Allocator);
            ArrayData again = codec.Decode(bytes, table.Allocator);
            for (int row = 0; row < values.Length; row++)
            {
                string expected = NestedModel.Print(type, values[row]);
                Assert.True(expected == NestedModel.Print(type, again, row), $"seed {seed}, {type}, row {row}: {expected}");
            }

            column.Release();
            bytes.Release();
            again.Release();
        }
    }

    [Fact]
    public void Equal_values_have_equal_bytes_and_others_do_not()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var model = new NestedModel(new Random(seed));
            using var table = new Table();
            SqlType type = model.Nested(2);
            object?[] values = [.. Enumerable.Range(0, 60).Select(_ => model.Value(type, canBeNull: false))];
            ArrayData column = model.Column(type, values.Concat(values), table.Allocator);
            var codec = new NestedCodec(type.ToArrow());
            var bytesOf = new Dictionary<string, string>();
            var textOf = new Dictionary<string, string>();
            for (int row = 0; row < values.Length * 2; row++)
            {
                string text = NestedModel.Print(type, values[row % values.Length]);
                string bytes = Convert.ToHexString(codec.Encode(column, row));
                Assert.True(bytesOf.TryAdd(text, bytes) || bytesOf[text] == bytes, $"seed {seed}, {type}: {text}");
                Assert.True(textOf.TryAdd(bytes, text) || textOf[bytes] == text, $"seed {seed}, {type}: {text}");
            }

            column.Release();
        }
    }

    [Fact]
    public void Every_NaN_and_every_zero_has_the_same_bytes()
    {
        var codec = new NestedCodec(SqlType.Array(SqlType.Double).ToArrow());
        using var table = new Table();
        var model = new NestedModel(new Random(1));
        double oddNaN = BitConverter.Int64BitsToDouble(unchecked((long)0xFFF8000000000001));
        object?[] values = [new List<object?> { oddNaN, -0.0, null }, new List<object?> { double.NaN, 0.0, null }];
        ArrayData column = model.Column(SqlType.Array(SqlType.Double), values, table.Allocator);
        Assert.Equal(Convert.ToHexString(codec.Encode(column, 0)), Convert.ToHexString(codec.Encode(column, 1)));
        column.Release();
    }

    [Fact]
    public void Access_choice_and_equality_agree_with_plain_objects()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var model = new NestedModel(random) { Shuffles = false };
            using var table = new Table();
            int rows = random.Next(4) == 0 ? random.Next(500, 1200) : random.Next(1, 40);
            SqlType element = model.Type(2);
            SqlType key = random.Next(2) == 0 ? SqlType.String : SqlType.BigInt;
            var a = new Column(SqlType.Array(element), model, rows, table);
            var b = new Column(SqlType.Array(element), model, rows, table);
            var m = new Column(SqlType.Map(key.WithNullable(false), element), model, rows, table);
            var r = new Column(SqlType.Row([new SqlField("x", element), new SqlField("a", a.Type)]), model, rows, table);
            var i = new Column(SqlType.Integer, model, rows, table);
            var k = new Column(key, model, rows, table);
            var c = new Column(SqlType.Boolean, model, rows, table);
            BoundExpression inner = Field(r, 1);
            BoundExpression chosen = new CaseExpression([new CaseBranch(c.Expression, a.Expression)], inner, a.Type);
            SqlType text = SqlType.String;
            Check(seed, table, random, rows, new Dictionary<BoundExpression, Func<int, string>>
            {
                [Call("ITEM", a.Expression, i.Expression)] = row => NestedModel.Print(element, At(a[row], i[row])),
                [Call("ITEM", m.Expression, k.Expression)] = row => NestedModel.Print(element, Find(m[row], k[row])),
                [Field(r, 0)] = row => NestedModel.Print(element, (r[row] as object?[])?[0]),
                [inner] = row => NestedModel.Print(a.Type, (r[row] as object?[])?[1]),
                [Call("ITEM", inner, i.Expression)] = row =>
                    NestedModel.Print(element, At((r[row] as object?[])?[1], i[row])),
                [chosen] = row => NestedModel.Print(a.Type, c[row] is true ? a[row] : (r[row] as object?[])?[1]),
                [Call("ITEM", chosen, i.Expression)] = row =>
                    NestedModel.Print(element, At(c[row] is true ? a[row] : (r[row] as object?[])?[1], i[row])),
                [Call("=", a.Expression, b.Expression)] = row => a[row] is null || b[row] is null
                    ? "NULL" : Same(a.Type, a[row], b[row]),
                [Call("IS NULL", inner)] = row => (r[row] as object?[])?[1] is null ? "true" : "false",
                [Call("ARRAY", Field(r, 0), Call("ITEM", a.Expression, i.Expression))] = row => NestedModel.Print(
                    a.Type, new List<object?> { (r[row] as object?[])?[0], At(a[row], i[row]) }),
                [new CastExpression(m.Expression, text)] = row =>
                    NestedModel.Print(m.Type, m[row]).Replace("true", "TRUE", StringComparison.Ordinal)
                        .Replace("false", "FALSE", StringComparison.Ordinal),
            });
        }
    }

    private static void Check(
        int seed, Table table, Random random, int rows, Dictionary<BoundExpression, Func<int, string>> cases)
    {
        int[]? selected = random.Next(2) == 0 ? null : [.. Enumerable.Range(0, rows).Where(_ => random.Next(3) > 0)];
        BoundExpression[] expressions = [.. cases.Keys];
        ArrayData[] results = table.Evaluate(expressions, selected);
        string[] wrong = [.. Differences().Take(1)];
        Array.ForEach(results, result => result.Release());
        Array.ForEach(wrong, message => Assert.Fail($"seed {seed}, {message}"));

        IEnumerable<string> Differences() =>
            from e in Enumerable.Range(0, expressions.Length)
            from row in selected ?? Enumerable.Range(0, rows)
            let expected = cases[expressions[e]](row)
            let actual = NestedModel.Print(expressions[e].Type, results[e], row)
            where expected != actual
            select $"row {row}, {expressions[e]}: expected {expected}, got {actual}";
    }

    private static BoundExpression Call(string name, params BoundExpression[] arguments) => Table.Call(name, arguments);

    private static CallExpression Field(Column row, int index) => new(
        "FIELD", [row.Expression, Literals.Int32(index)], row.Type.Fields[index].Type);

    private static object? At(object? array, object? index) =>
        array is List<object?> list && index is long at && at >= 1 && at <= list.Count ? list[(int)at - 1] : null;

    private static object? Find(object? map, object? key) => map is List<(object Key, object? Value)> entries && key is not null
        ? entries.FirstOrDefault(e => e.Key.Equals(key)).Value : null;

    private static string Same(SqlType type, object? a, object? b) =>
        NestedModel.Print(type, a) == NestedModel.Print(type, b) ? "true" : "false";

    private sealed class Column
    {
        private readonly object?[] _values;

        public Column(SqlType type, NestedModel model, int rows, Table table)
        {
            Type = type;
            _values = [.. Enumerable.Range(0, rows).Select(_ => model.Value(type))];
            Expression = table.Column(type, model.Column(type, _values, table.Allocator));
        }

        public SqlType Type { get; }

        public BoundExpression Expression { get; }

        public object? this[int row] => _values[row];
    }
}
