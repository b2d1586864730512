using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Nexmark.Data;

namespace ColumnStream.Nexmark.Adverse;

/// <summary>Makes inputs of one kind in memory: facts (k, v, t), 10,000 a second, and one dimension row (k, name, t) a key.</summary>
internal static class AdverseData
{
    private const int EventsPerSecond = 10_000;
    private const int FewKeys = 10_000;
    private const int ManyKeys = 10_000_000;
    private const int ManyTimes = 5;

    private static readonly ValueList<SqlField> s_columns =
        [new("k", SqlType.BigInt), new("v", SqlType.BigInt), new("t", SqlType.Timestamp(3))];

    /// <summary>Makes the tables of one kind.</summary>
    public static Dataset Make(AdverseKind kind, int rows, BufferAllocator allocator)
    {
        int facts = kind == AdverseKind.ManyKeys ? rows * ManyTimes : rows;
        int keys = kind == AdverseKind.ManyKeys ? ManyKeys : FewKeys;
        return new Dataset(facts + keys, [Facts(kind, facts, keys, allocator), Dimension(keys, allocator)]);
    }

    private static EventTable Facts(AdverseKind kind, int rows, int keys, BufferAllocator allocator)
    {
        var random = new Random(42);
        int[] hot = kind == AdverseKind.HotKey ? ZipfKeys(random) : [];
        var batches = new List<RecordBatch>();
        int size = kind == AdverseKind.SingleRows ? 1 : Dataset.BatchRows;
        for (int at = 0; at < rows; at += size)
        {
            int count = Math.Min(size, rows - at);
            long[] k = new long[count];
            long[] v = new long[count];
            long[] t = new long[count];
            for (int i = 0; i < count; i++)
            {
                k[i] = hot.Length > 0 ? hot[random.Next(hot.Length)] : random.Next(keys);
                v[i] = random.Next(1_000_000);
                t[i] = (at + i) * 1000L / EventsPerSecond;
                if (kind == AdverseKind.Disorder && random.Next(10) == 0)
                {
                    t[i] = Math.Max(0, t[i] - random.Next(2000));
                }
            }

            bool nulls = kind == AdverseKind.Nulls;
            batches.Add(Batch(
                [
                    Column(k, SqlType.BigInt, nulls ? random : null, allocator),
                    Column(v, SqlType.BigInt, nulls ? random : null, allocator),
                    Column(t, SqlType.Timestamp(3), null, allocator),
                ],
                count));
        }

        return new EventTable("facts", s_columns, batches);
    }

    private static EventTable Dimension(int keys, BufferAllocator allocator)
    {
        var batches = new List<RecordBatch>();
        for (int at = 0; at < keys; at += Dataset.BatchRows)
        {
            int count = Math.Min(Dataset.BatchRows, keys - at);
            long[] k = new long[count];
            for (int i = 0; i < count; i++)
            {
                k[i] = at + i;
            }

            batches.Add(Batch(
                [Column(k, SqlType.BigInt, null, allocator), Column(k, SqlType.BigInt, null, allocator),
                    Column(new long[count], SqlType.Timestamp(3), null, allocator)],
                count));
        }

        return new EventTable("dimension", s_columns, batches);
    }

    private static RecordBatch Batch(ArrayData[] columns, int count)
    {
        var fields = new Field[columns.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(s_columns[i].Name, s_columns[i].Type.ToArrow());
        }

        return new RecordBatch(new Schema(fields), columns, count);
    }

    private static unsafe FixedWidthArray Column(long[] values, SqlType type, Random? nulls, BufferAllocator allocator)
    {
        NativeBuffer buffer = allocator.Allocate(values.Length * 8L);
        values.CopyTo(new Span<long>(buffer.Pointer, values.Length));
        NativeBuffer? validity = null;
        if (nulls is not null)
        {
            validity = allocator.AllocateZeroed(Bitmap.ByteCount(values.Length));
            validity.Length = (values.Length + 7) >> 3;
            for (int i = 0; i < values.Length; i++)
            {
                if (nulls.Next(5) != 0)
                {
                    Bitmap.Set(validity.Pointer, i);
                }
            }
        }

        return new FixedWidthArray(type.ToArrow(), values.Length, buffer, validity);
    }

    /// <summary>Returns a million keys from which a uniform draw is a draw by Zipf's law.</summary>
    private static int[] ZipfKeys(Random random)
    {
        double[] sums = new double[FewKeys];
        double sum = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            sum += 1 / Math.Pow(i + 1, 1.5);
            sums[i] = sum;
        }

        int[] keys = new int[1 << 20];
        for (int i = 0; i < keys.Length; i++)
        {
            int found = Array.BinarySearch(sums, random.NextDouble() * sum);
            keys[i] = Math.Min(found < 0 ? ~found : found, FewKeys - 1);
        }

        return keys;
    }
}
