using System;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Microbench.Kernels;

/// <summary>Makes one batch of 4,096 rows that all kernels read, with a share of NULLs in every column.</summary>
internal static class KernelData
{
    public const int Rows = 4096;

    /// <summary>The same columns as a table definition.</summary>
    public const string Table = """
        CREATE TABLE t (
            a BIGINT, b BIGINT, c BIGINT, d BIGINT, price DECIMAL(14, 2), small DECIMAL(9, 2), flag BOOLEAN, other BOOLEAN,
            channel STRING, channel2 STRING, url STRING, digits STRING, ts TIMESTAMP(3), wide TIMESTAMP(3)
        ) WITH ('connector' = 'filesystem', 'path' = '/dev/null', 'format' = 'json');
        """;

    private const long Hour = 3_600_000;
    private const long Start = 1_700_002_800_000;

    /// <summary>Makes the batch; the caller releases it.</summary>
    public static RecordBatch Make(int nullPercent, BufferAllocator allocator)
    {
        var random = new Random(7);
        var schema = new Schema(
            new Field("a", DataType.Int64),
            new Field("b", DataType.Int64),
            new Field("c", DataType.Int64),
            new Field("d", DataType.Int64),
            new Field("price", DataType.Decimal64(14, 2)),
            new Field("small", DataType.Decimal64(9, 2)),
            new Field("flag", DataType.Bool),
            new Field("other", DataType.Bool),
            new Field("channel", DataType.Utf8View),
            new Field("channel2", DataType.Utf8View),
            new Field("url", DataType.Utf8View),
            new Field("digits", DataType.Utf8View),
            new Field("ts", DataType.Timestamp(TimeUnit.Millisecond)),
            new Field("wide", DataType.Timestamp(TimeUnit.Millisecond)));
        var columns = new ArrayData[schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            using ColumnBuilder builder = ColumnBuilder.Create(schema.Fields[i].Type, allocator, Rows);
            for (int row = 0; row < Rows; row++)
            {
                if (random.Next(100) < nullPercent)
                {
                    builder.AppendNull();
                    continue;
                }

                Append(builder, schema.Fields[i].Name, row, random);
            }

            columns[i] = builder.Finish();
        }

        return new RecordBatch(schema, columns, Rows);
    }

    private static void Append(ColumnBuilder builder, string name, int row, Random random)
    {
        switch (builder)
        {
            case BooleanBuilder bits:
                bits.Append(random.Next(2) == 0);
                break;
            case ViewBuilder text:
                text.Append(Encoding.UTF8.GetBytes(Text(name, random)));
                break;
            case FixedWidthBuilder numbers:
                numbers.Append(name switch
                {
                    "ts" => Start + (row * (Hour / Rows / 2)),
                    "wide" => Start + (row * Hour * 24 * 30 / Rows),
                    "price" => random.NextInt64(1_000_000_000_000),
                    _ => random.NextInt64(1_000_000),
                });
                break;
            default:
                throw new NotSupportedException(builder.Type.ToString());
        }
    }

    private static string Text(string name, Random random) => name switch
    {
        "digits" => random.Next(10_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "url" => $"https://www.nexmark.com/{Letters(random, 5)}/{Letters(random, 5)}/{Letters(random, 5)}/item.htm?query=1"
            + (random.Next(2) == 0 ? $"&channel_id={random.Next(1 << 20)}" : string.Empty),
        _ => random.Next(5) switch
        {
            0 => "Google",
            1 => "Facebook",
            2 => "Baidu",
            3 => "Apple",
            _ => $"channel-{random.Next(1000)}",
        },
    };

    private static string Letters(Random random, int count)
    {
        var letters = new char[count];
        for (int i = 0; i < count; i++)
        {
            letters[i] = (char)('a' + random.Next(26));
        }

        return new string(letters);
    }
}
