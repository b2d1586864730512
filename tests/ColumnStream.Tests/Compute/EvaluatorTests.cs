using System;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

public sealed class EvaluatorTests
{
    private static BoundExpression Call(string name, params BoundExpression[] arguments) => Table.Call(name, arguments);

    [Fact]
    public void Arithmetic_wraps_and_nulls_propagate()
    {
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.BigInt, "1", null, "9223372036854775807", "4");
        ColumnExpression b = t.Column(SqlType.BigInt, "2", "3", "1", null);
        Assert.Equal(["3", null, "-9223372036854775808", null], t.Run(Call("+", a, b)));
        Assert.Equal(["-1", null, "9223372036854775806", null], t.Run(Call("-", a, b)));
        Assert.Equal(["2", null, "9223372036854775807", null], t.Run(Call("*", a, b)));
    }

    [Fact]
    public void Every_length_around_vectors_and_tiles_gives_the_scalar_answer()
    {
        var random = new Random(11);
        foreach (int length in new[] { 0, 1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 63, 64, 65, 511, 512, 513, 1023, 1025, 1537 })
        {
            foreach (SqlType type in new[] { SqlType.TinyInt, SqlType.SmallInt, SqlType.Integer, SqlType.BigInt, SqlType.Double })
            {
                using var t = new Table();
                long?[] x = Values(random, length);
                long?[] y = Values(random, length);
                ColumnExpression a = t.Column(type, x.Select(Text).ToArray());
                ColumnExpression b = t.Column(type, y.Select(Text).ToArray());
                Assert.Equal(
                    x.Zip(y, (p, q) => Text((p * 2) + q - p)), t.Run(Call("-", Call("+", Call("+", a, a), b), a)));
                Assert.Equal(
                    x.Zip(y, (p, q) => p is null || q is null ? null : p < q ? "true" : "false"), t.Run(Call("<", a, b)));
                Assert.Equal(
                    Enumerable.Range(0, length).Where(i => x[i] >= y[i]), t.Filter(Call(">=", a, b)));
                Assert.Equal(
                    Enumerable.Range(0, length).Where(i => x[i] >= y[i]), t.Filter(Call(">=", a, b), scalar: true));
            }
        }
    }

    [Fact]
    public void And_or_not_follow_three_valued_logic()
    {
        string?[] values = ["true", "false", null];
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.Boolean, values.SelectMany(v => Enumerable.Repeat(v, 3)).ToArray());
        ColumnExpression b = t.Column(SqlType.Boolean, values.Concat(values).Concat(values).ToArray());
        Assert.Equal(["true", "false", null, "false", "false", "false", null, "false", null], t.Run(Call("AND", a, b)));
        Assert.Equal(["true", "true", "true", "true", "false", null, "true", null, null], t.Run(Call("OR", a, b)));
        Assert.Equal(["false", "false", "false", "true", "true", "true", null, null, null], t.Run(Call("NOT", a)));
        Assert.Equal(["true", "true", "true", "false", "false", "false", "false", "false", "false"], t.Run(Call("IS TRUE", a)));
        Assert.Equal(["false", "false", "false", "true", "true", "true", "true", "true", "true"], t.Run(Call("IS NOT TRUE", a)));
        Assert.Equal(["false", "false", "false", "true", "true", "true", "false", "false", "false"], t.Run(Call("IS FALSE", a)));
        Assert.Equal(["true", "true", "true", "false", "false", "false", "true", "true", "true"], t.Run(Call("IS NOT FALSE", a)));
        Assert.Equal(["false", "false", "false", "false", "false", "false", "true", "true", "true"], t.Run(Call("IS NULL", a)));
        Assert.Equal(["false", "true", "true", "true", "false", "true", "true", "true", "false"], t.Run(Call("IS DISTINCT FROM", a, b)));
    }

    [Fact]
    public void Division_by_zero_names_the_first_row_that_counts()
    {
        using var t = new Table();
        string?[] divisors = Enumerable.Range(0, 1200).Select(i => i == 5 || i == 700 ? "0" : i == 9 ? null : "2").ToArray();
        ColumnExpression a = t.Column(SqlType.Integer, Enumerable.Repeat<string?>("7", 1200).ToArray());
        ColumnExpression b = t.Column(SqlType.Integer, divisors);
        var divide = (CallExpression)Call("/", a, b);
        divide = divide with { Location = new SourceLocation("job.sql:1:8") };
        var error = Assert.Throws<EvaluationException>(() => t.Run(divide));
        Assert.Equal(5, error.RowIndex);
        Assert.Equal("job.sql:1:8", error.Location.Text);
        Assert.Equal(700, Assert.Throws<EvaluationException>(() => t.Run(divide, [0, 4, 700, 701])).RowIndex);
        Assert.Equal(["3", "3", null], t.Run(divide, [0, 699, 9]));
    }

    [Fact]
    public void Errors_outside_the_taken_branch_do_not_count()
    {
        using var t = new Table();
        ColumnExpression b = t.Column(SqlType.Integer, "0", "2", null, "0");
        BoundExpression zero = Literals.Int32(0);
        BoundExpression quotient = Call("/", Literals.Int32(6), b);
        var choice = new CaseExpression(
            Table.List(new CaseBranch(Call("=", b, zero), Literals.Int32(-1))), quotient, SqlType.Integer);
        Assert.Equal(["-1", "3", null, "-1"], t.Run(choice));
        Assert.Equal(["false", "true", null, "false"], t.Run(Call("AND", Call("<>", b, zero), Call("=", quotient, Literals.Int32(3)))));
        Assert.Equal(["true", "true", null, "true"], t.Run(Call("OR", Call("=", b, zero), Call("=", quotient, Literals.Int32(3)))));
        Assert.Equal([1], t.Filter(Call("AND", Call("<>", b, zero), Call("=", quotient, Literals.Int32(3)))));
    }

    [Fact]
    public void Remainder_test_agrees_with_division_for_all_signs()
    {
        var random = new Random(5);
        using var t = new Table();
        long[] values = Enumerable.Range(0, 700).Select(i => i < 350 ? random.Next(-300, 300) : random.NextInt64(long.MinValue, long.MaxValue))
            .Concat([long.MinValue, long.MaxValue, 0, -1]).ToArray();
        ColumnExpression a = t.Column(SqlType.BigInt, values.Select(v => v.ToString(CultureInfo.InvariantCulture)).ToArray());
        foreach (long k in new long[] { 1, 2, 3, 7, 8, 12, 123, 1L << 40, long.MaxValue })
        {
            foreach (long c in new long[] { 0, 1, 2, -1, -5, k - 1, k })
            {
                BoundExpression test = Call("=", Call("%", a, Literals.Int64(k)), Literals.Int64(c));
                int[] expected = Enumerable.Range(0, values.Length).Where(i => values[i] % k == c).ToArray();
                Assert.Equal(expected, t.Filter(test));
                Assert.Equal(expected, t.Filter(test, scalar: true));
            }
        }
    }

    [Fact]
    public void Between_and_in_are_three_valued()
    {
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.Integer, "1", "5", null, "9", "-2147483648");
        Assert.Equal(["false", "true", null, "true", "false"], t.Run(Call("BETWEEN", a, Literals.Int32(5), Literals.Int32(9))));
        Assert.Equal(["true", "true", null, "false", "false"], t.Run(Call("IN", a, Literals.Int32(5), Literals.Int32(1))));
        BoundExpression unknown = Call("IN", a, Literals.Int32(5), Literals.Null(SqlType.Integer));
        Assert.Equal([null, "true", null, null, null], t.Run(unknown));
        Assert.Equal(["false", null, null, null, "false"], t.Run(Call("BETWEEN", a, Literals.Int32(5), Literals.Null(SqlType.Integer))));
    }

    [Fact]
    public void Text_compares_inline_and_long()
    {
        using var t = new Table();
        ColumnExpression a = t.Column(SqlType.String, "US", "us", null, "", "a text beyond twelve bytes", "twelve bytes");
        Assert.Equal(["true", "false", null, "false", "false", "false"], t.Run(Call("=", a, Literals.Text("US"))));
        Assert.Equal(["false", "false", null, "false", "true", "false"], t.Run(Call("=", Literals.Text("a text beyond twelve bytes"), a)));
        Assert.Equal(["true", "true", null, "true", "true", "false"], t.Run(Call("<>", a, Literals.Text("twelve bytes"))));
        Assert.Equal(["false", "true", null, "false", "true", "true"], t.Run(Call(">", a, Literals.Text("a text"))));
    }

    [Fact]
    public void Case_blends_every_layout()
    {
        foreach ((SqlType type, string x, string y) in new[]
        {
            (SqlType.TinyInt, "1", "2"), (SqlType.SmallInt, "1", "2"), (SqlType.Integer, "1", "2"), (SqlType.BigInt, "1", "2"),
            (SqlType.Float, "1", "2"), (SqlType.Double, "1", "2"), (SqlType.Decimal(38, 2), "100", "200"), (SqlType.Boolean, "true", "false"),
            (SqlType.String, "short", "a text beyond twelve bytes"), (SqlType.Date, "1", "2"), (SqlType.Timestamp(3), "1", "2"),
        })
        {
            using var t = new Table();
            string?[] condition = Enumerable.Range(0, 600).Select(i => i % 3 == 0 ? "true" : i % 3 == 1 ? "false" : null).ToArray();
            ColumnExpression c = t.Column(SqlType.Boolean, condition);
            ColumnExpression a = t.Column(type, Enumerable.Range(0, 600).Select(i => i % 5 == 0 ? null : x).ToArray());
            ColumnExpression b = t.Column(type, Enumerable.Repeat<string?>(y, 600).ToArray());
            string?[] expected = Enumerable.Range(0, 600).Select(i => i % 3 == 0 ? (i % 5 == 0 ? null : x) : y).ToArray();
            Assert.Equal(expected, t.Run(new CaseExpression(Table.List(new CaseBranch(c, a)), b, type)));
            Assert.Equal(expected, t.Run(Call("IF", c, a, b)));
            Assert.Equal(
                Enumerable.Range(0, 600).Select(i => i % 5 == 0 ? y : x), t.Run(Call("COALESCE", a, b)));
        }
    }

    [Fact]
    public void Constants_fold_and_failing_ones_stay()
    {
        Assert.Equal("3", Assert.IsType<LiteralExpression>(ConstantFolder.Fold(Call("+", Literals.Int32(1), Literals.Int32(2)))).Value);
        BoundExpression failing = Call("/", Literals.Int32(1), Literals.Int32(0));
        Assert.IsType<CallExpression>(ConstantFolder.Fold(failing));
    }

    [Fact]
    public void Fields_of_null_records_are_null()
    {
        using var t = new Table();
        SqlType row = SqlType.Row(Table.List(new SqlField("a", SqlType.BigInt), new SqlField("b", SqlType.String)));
        using var builder = (StructBuilder)ColumnBuilder.Create(row.ToArrow(), t.Allocator, 4);
        for (int i = 0; i < 3; i++)
        {
            if (i == 1)
            {
                builder.AppendNull();
                continue;
            }

            ((FixedWidthBuilder)builder.Fields[0]).Append((long)i);
            ((ViewBuilder)builder.Fields[1]).Append("a text beyond twelve bytes"u8);
            builder.AppendStruct();
        }

        ColumnExpression column = t.Column(row, builder.Finish());
        BoundExpression a = new CallExpression("FIELD", Table.List<BoundExpression>(column, Literals.Int32(0)), SqlType.BigInt);
        BoundExpression b = new CallExpression("FIELD", Table.List<BoundExpression>(column, Literals.Int32(1)), SqlType.String);
        Assert.Equal(["0", null, "2"], t.Run(a));
        Assert.Equal(["1", null, "3"], t.Run(Call("+", a, Literals.Int64(1))));
        Assert.Equal(["a text beyond twelve bytes", null, "a text beyond twelve bytes"], t.Run(b));
        Assert.Equal(["A TEXT", null, "A TEXT"], t.Run(Call("UPPER", Call("SUBSTRING", b, Literals.Int32(1), Literals.Int32(6)))));
    }

    [Fact]
    public void Steady_state_allocates_result_arrays_only()
    {
        using var t = new Table();
        string?[] numbers = Enumerable.Range(0, 4096).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        ColumnExpression a = t.Column(SqlType.BigInt, numbers);
        ColumnExpression s = t.Column(SqlType.String, numbers.Select(n => "a text beyond twelve bytes " + n).ToArray());
        RecordBatch batch = t.Batch();
        using var evaluator = new Evaluator(
            Table.List(Call("+", a, Literals.Int64(1)), Call("SUBSTRING", s, Literals.Int32(3))), batch.Schema, t.Allocator, t.Options);
        using var filter = new Evaluator(Table.List(Call("=", Call("%", a, Literals.Int64(123)), Literals.Int64(0))), batch.Schema, t.Allocator, t.Options);
        using var survivors = new Selection(batch.Length, t.Allocator);
        var results = new ArrayData[2];
        long before = 0;
        for (int round = 0; round < 70; round++)
        {
            before = round == 20 ? GC.GetAllocatedBytesForCurrentThread() : before;
            filter.Filter(batch, null, survivors);
            evaluator.Evaluate(batch, null, results);
            results[0].Release();
            results[1].Release();
        }

        long perBatch = (GC.GetAllocatedBytesForCurrentThread() - before) / 50;
        batch.Release();
        Assert.Equal(34, survivors.Count);
        Assert.True(perBatch < 600, $"{perBatch} bytes a batch");
    }

    private static long?[] Values(Random random, int length) =>
        Enumerable.Range(0, length).Select(_ => random.Next(5) == 0 ? (long?)null : random.Next(-10, 10)).ToArray();

    private static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}
