using System;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Tests.Compute;

namespace ColumnStream.Tests.Arrow;

/// <summary>States a batch of every register layout, and expressions that run vector loops and text steps over it.</summary>
internal static class ForeignExpressions
{
    private static readonly SqlType[] s_types =
    [
        SqlType.BigInt, SqlType.BigInt, SqlType.TinyInt, SqlType.SmallInt, SqlType.Integer, SqlType.Float, SqlType.Double,
        SqlType.Boolean, SqlType.String, SqlType.String, SqlType.Decimal(30, 2),
    ];

    public static RecordBatch Batch(Random random, int rows, BufferAllocator allocator)
    {
        var fields = new Field[s_types.Length];
        var columns = new ArrayData[fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field($"c{i}", s_types[i].ToArrow());
            using ColumnBuilder builder = ColumnBuilder.Create(fields[i].Type, allocator, rows);
            for (int row = 0; row < rows; row++)
            {
                Append(random, builder);
            }

            columns[i] = builder.Finish();
        }

        return new RecordBatch(new Schema(fields), columns, rows);
    }

    public static ArrayData[] Evaluate(RecordBatch batch, BufferAllocator allocator)
    {
        var c = new ColumnExpression[s_types.Length];
        for (int i = 0; i < c.Length; i++)
        {
            c[i] = new ColumnExpression(i, s_types[i]);
        }

        BoundExpression[] expressions =
        [
            Table.Call("+", c[0], c[1]), Table.Call("<", c[0], c[1]), Table.Call("+", c[2], c[2]),
            Table.Call("-", c[3], c[3]), Table.Call("*", c[4], c[4]), Table.Call("+", c[5], c[5]),
            Table.Call(">=", c[6], c[6]), Table.Call("NOT", c[7]), Table.Call("AND", c[7], Table.Call("<", c[4], c[2])),
            Table.Call("UPPER", c[8]), Table.Call("||", c[8], c[9]), Table.Call("=", c[8], c[9]),
            Table.Call("SUBSTRING", c[8], new LiteralExpression("3", SqlType.Integer)), Table.Call("COALESCE", c[8], c[9]),
            Table.Call("+", c[10], c[10]), new CastExpression(c[0], SqlType.String),
        ];
        using var evaluator = new Evaluator(
            ValueList.Create<BoundExpression>(expressions),
            batch.Schema,
            allocator,
            new EvaluatorOptions(TimeProvider.System, new Random(1)));
        var results = new ArrayData[expressions.Length];
        evaluator.Evaluate(batch, null, results);
        return results;
    }

    private static void Append(Random random, ColumnBuilder builder)
    {
        if (random.Next(5) == 0)
        {
            builder.AppendNull();
            return;
        }

        switch (builder)
        {
            case BooleanBuilder bits:
                bits.Append(random.Next(2) == 0);
                break;
            case ViewBuilder text:
                text.Append(Encoding.UTF8.GetBytes("some text that may be long".Substring(0, random.Next(27))));
                break;
            case FixedWidthBuilder values when values.Type.ByteWidth == 16:
                values.Append((Int128)random.Next(-100, 100));
                break;
            case FixedWidthBuilder values when values.Type.Id == TypeId.Float32:
                values.Append((float)random.Next(-100, 100));
                break;
            case FixedWidthBuilder values when values.Type.Id == TypeId.Float64:
                values.Append((double)random.Next(-100, 100));
                break;
            case FixedWidthBuilder values:
                Span<byte> bytes = stackalloc byte[8];
                BitConverter.TryWriteBytes(bytes, (long)random.Next(-20, 20));
                values.AppendBytes(bytes[..values.Type.ByteWidth]);
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }
}
