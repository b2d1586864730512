using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

// Goal: 64 by 64 bit products are exact in 128 bits, in narrow tiles and in wide ones. Method: random factors up to the
// ends of BIGINT, a constant on either side or none, beside Int128.
public sealed class WideProductTests : IDisposable
{
    private static readonly SqlType Integer = SqlType.Decimal(19, 0);
    private readonly SizeClassPool _buffers = new();
    private readonly BufferAllocator _account;

    public WideProductTests() => _account = new BufferAllocator("test", _buffers);

    public void Dispose()
    {
        _account.Dispose();
        _buffers.Dispose();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(null, true)]
    [InlineData(908L, false)]
    [InlineData(-1L, false)]
    [InlineData(0L, false)]
    [InlineData(999_999_999_999_999_999L, false)]
    [InlineData(-7L, true)]
    public void Products_are_exact(long? constant, bool scalar)
    {
        var random = new Random(7);
        for (int round = 0; round < 40; round++)
        {
            int bits = 1 + (round * 62 / 39);
            long[] left = Values(random, bits);
            long[] right = Values(random, bits);
            BoundExpression a = Column(0);
            BoundExpression b = constant is { } value
                ? new LiteralExpression($"{value}", SqlType.Decimal(18, 0))
                : Column(1);
            SqlType type = SqlType.Decimal(constant is null ? 38 : 37, 0);
            var call = new CallExpression("*", round % 2 == 0 ? [a, b] : [b, a], type);
            var schema = new Schema(new Field("a", DataType.Int64), new Field("b", DataType.Int64));
            var batch = new RecordBatch(schema, [Array(left), Array(right)], left.Length);
            var options = new EvaluatorOptions(TimeProvider.System, random);
            using var evaluator = new Evaluator([call], schema, _account, options, scalar);
            var results = new ArrayData[1];
            evaluator.Evaluate(batch, null, results);
            ReadOnlySpan<Int128> products = ((FixedWidthArray)results[0]).Values<Int128>();
            for (int i = 0; i < left.Length; i++)
            {
                Assert.Equal((Int128)left[i] * (constant ?? right[i]), products[i]);
            }

            results[0].Release();
            batch.Release();
        }
    }

    private static CastExpression Column(int index) => new(new ColumnExpression(index, SqlType.BigInt), Integer);

    private static long[] Values(Random random, int bits)
    {
        long[] values = new long[1200];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = random.Next(50) switch
            {
                0 when bits > 61 => long.MaxValue,
                1 when bits > 61 => long.MinValue,
                _ => random.NextInt64(-(1L << bits), 1L << bits),
            };
        }

        return values;
    }

    private ArrayData Array(long[] values)
    {
        using var builder = new FixedWidthBuilder(DataType.Int64, _account, values.Length);
        foreach (long value in values)
        {
            builder.Append(value);
        }

        return builder.Finish();
    }
}
