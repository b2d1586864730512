using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Microbench.Checksums;

/// <summary>Times what the integrity ledger adds to a row at each end: ns of thread CPU, best of 9, beside a plain sum.</summary>
internal static class RowHashBench
{
    private const int Rows = 4096;
    private const int Batches = 500;
    private const int Rounds = 9;

    public static void Run()
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("bench", pool);
        ArrayData[] numbers = [Numbers(allocator, 1), Numbers(allocator, 2), Numbers(allocator, 3), Numbers(allocator, 4)];
        Time("1 BIGINT", [numbers[0]]);
        Time("4 BIGINT", numbers);
        foreach (int length in (int[])[8, 20, 60, 100, 200])
        {
            ArrayData text = Text(allocator, length);
            Time($"1 STRING of {length} bytes", [text]);
            text.Release();
        }

        long least = long.MaxValue;
        long kept = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = ThreadClock.Nanoseconds();
            for (int batch = 0; batch < Batches; batch++)
            {
                foreach (ArrayData column in numbers)
                {
                    foreach (long value in ((FixedWidthArray)column).Values<long>())
                    {
                        kept += value;
                    }
                }
            }

            least = Math.Min(least, ThreadClock.Nanoseconds() - start);
        }

        Console.WriteLine($"{"plain sum, 4 BIGINT",-24} {(double)least / Rows / Batches,7:0.00} ns/row   ({kept:x})");
        foreach (ArrayData column in numbers)
        {
            column.Release();
        }
    }

    private static void Time(string name, ArrayData[] columns)
    {
        long least = long.MaxValue;
        RowSum kept = default;
        for (int round = 0; round < Rounds; round++)
        {
            long start = ThreadClock.Nanoseconds();
            for (int batch = 0; batch < Batches; batch++)
            {
                kept += RowHash.Sum(columns, Rows);
            }

            least = Math.Min(least, ThreadClock.Nanoseconds() - start);
        }

        Console.WriteLine($"{name,-24} {(double)least / Rows / Batches,7:0.00} ns/row   ({kept})");
    }

    private static ArrayData Numbers(BufferAllocator allocator, int seed)
    {
        var random = new Random(seed);
        using var builder = new FixedWidthBuilder(DataType.Int64, allocator);
        for (int i = 0; i < Rows; i++)
        {
            builder.Append(random.NextInt64());
        }

        return builder.Finish();
    }

    private static ArrayData Text(BufferAllocator allocator, int length)
    {
        var random = new Random(length);
        byte[] bytes = new byte[length];
        using var builder = new ViewBuilder(DataType.Utf8View, allocator);
        for (int i = 0; i < Rows; i++)
        {
            random.NextBytes(bytes);
            builder.Append(bytes);
        }

        return builder.Finish();
    }
}
