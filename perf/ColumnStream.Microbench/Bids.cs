using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Microbench;

/// <summary>Makes bids with Nexmark's ratios: 46 of 50 events, half of them on the hot auction, at 10,000 events a second.</summary>
internal static unsafe class Bids
{
    public const int BatchRows = 4096;

    public static Schema Schema { get; } = new(
        new Field("auction", DataType.Int64),
        new Field("bidder", DataType.Int64),
        new Field("price", DataType.Int64),
        new Field("ts", DataType.Timestamp(TimeUnit.Millisecond)));

    public static List<RecordBatch> Make(int events, BufferAllocator allocator)
    {
        var random = new Random(42);
        var batches = new List<RecordBatch>();
        var columns = New(allocator);
        int row = 0;
        for (long i = 0; i < events; i++)
        {
            int kind = (int)(i % 50);
            if (kind < 4)
            {
                continue;
            }

            long lastAuction = (i / 50 * 3) + 2;
            long lastPerson = i / 50;
            long auction = random.Next(2) > 0 ? lastAuction / 100 * 100 : Math.Max(0, lastAuction - random.Next(100));
            long bidder = random.Next(4) > 0 ? (lastPerson / 100 * 100) + 1 : Math.Max(0, lastPerson - random.Next(1000));
            Set(columns, row, auction, bidder, random.Next(10_000_000), i / 10);
            if (++row == BatchRows)
            {
                batches.Add(Finish(columns, row));
                columns = New(allocator);
                row = 0;
            }
        }

        batches.Add(Finish(columns, row));
        return batches;
    }

    private static NativeBuffer[] New(BufferAllocator allocator)
    {
        var columns = new NativeBuffer[4];
        for (int i = 0; i < 4; i++)
        {
            columns[i] = allocator.Allocate(BatchRows * 8);
        }

        return columns;
    }

    private static void Set(NativeBuffer[] columns, int row, long auction, long bidder, long price, long ts)
    {
        ((long*)columns[0].Pointer)[row] = auction;
        ((long*)columns[1].Pointer)[row] = bidder;
        ((long*)columns[2].Pointer)[row] = price;
        ((long*)columns[3].Pointer)[row] = ts;
    }

    private static RecordBatch Finish(NativeBuffer[] columns, int rows)
    {
        var arrays = new ArrayData[4];
        for (int i = 0; i < 4; i++)
        {
            arrays[i] = new FixedWidthArray(Schema.Fields[i].Type, rows, columns[i], null);
        }

        return new RecordBatch(Schema, arrays, rows);
    }
}
