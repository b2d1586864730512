using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.State;
using Xunit;

namespace ColumnStream.Tests.Engine;

public sealed class SortTests
{
    private static readonly ValueList<SqlField> Columns =
        [new("n", SqlType.BigInt), new("d", SqlType.Double), new("s", SqlType.String)];

    // The oracle is LINQ's stable OrderBy over the same rows, with nulls, NaN, negative zero and long equal prefixes.
    [Theory]
    [InlineData(1, 0, -1)]
    [InlineData(2, 0, 10)]
    [InlineData(3, 5, 7)]
    [InlineData(4, 50_000, 10)]
    public void Rows_come_in_the_order_of_linq(int seed, long offset, long count)
    {
        var random = new Random(seed);
        List<Row> rows = [.. Enumerable.Range(0, 40_000).Select(_ => Row.Draw(random))];
        for (int key = 0; key < 3; key++)
        {
            bool descending = random.Next(2) == 0;
            bool nullsFirst = random.Next(2) == 0;
            ValueList<SortKey> keys = [new(key, descending, nullsFirst), new((key + 1) % 3, !descending, !nullsFirst)];
            List<string> actual = Run(rows, keys, offset, count, random, restoreAt: random.Next(2) == 0 ? 3 : -1);
            IEnumerable<Row> sorted = rows.Order(Comparer<Row>.Create((x, y) => Compare(x, y, keys)));
            string[] expected =
                [.. sorted.Skip((int)offset).Take(count < 0 ? int.MaxValue : (int)count).Select(r => r.ToString())];
            Assert.Equal(expected, actual);
        }
    }

    // The oracle is Array.Sort; ranges are long enough to be divided by several bytes, evenly and not.
    [Theory]
    [InlineData(1, ulong.MaxValue)]
    [InlineData(2, 0xFFUL)]
    [InlineData(3, 0xFF00000000000003UL)]
    [InlineData(4, 0x8000000000000000UL)]
    [InlineData(5, 0UL)]
    public void Prefixes_come_in_the_order_of_numbers(int seed, ulong mask)
    {
        var random = new Random(seed);
        ulong[] prefixes = [.. Enumerable.Range(0, 100_000).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask)];
        ulong[] former = [.. prefixes];
        int[] rows = [.. Enumerable.Range(0, prefixes.Length)];
        PrefixSort.Run(prefixes, rows, default);
        Assert.Equal(former.Order(), prefixes);
        Assert.Equal(prefixes, rows.Select(row => former[row]));
        Assert.Equal(former.Length, rows.Distinct().Count());
    }

    // Rows that differ in their first key are sorted by prefixes, others by comparing all keys; both take long where there are many.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sort_is_given_up_with_its_job(bool hasFirstKey)
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("test", pool);
        using var pages = new StatePool();
        using var ending = new CancellationTokenSource();
        var random = new Random(1);
        List<Row> rows = [.. Enumerable.Range(0, 40_000).Select(_ => new Row(hasFirstKey ? random.Next() : null, random.Next(), null))];
        using (Operator sort = Open([new(0, false, true), new(1, false, true)], 0, -1, allocator, pages, ending.Token))
        {
            sort.Process(0, Batch(rows, 0, rows.Count, allocator), new Collected());
            ending.Cancel();
            Assert.Throws<OperationCanceledException>(() => sort.Finish(new Collected()));
        }

        Assert.Equal(0, allocator.UsedBytes);
    }

    private static int Compare(Row x, Row y, ValueList<SortKey> keys)
    {
        foreach (SortKey key in keys)
        {
            (object? a, object? b) = key.Column switch { 0 => ((object?)x.N, (object?)y.N), 1 => ((object?)x.D, (object?)y.D), _ => ((object?)x.S, (object?)y.S) };
            int order = a is null || b is null
                ? (a is null && b is null ? 0 : a is null == key.NullsFirst ? -1 : 1)
                : (a is string s ? string.CompareOrdinal(s, (string)b)
                    : a is double d ? CompareDouble(d, (double)b) : ((long)a).CompareTo((long)b)) * (key.Descending ? -1 : 1);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    private static int CompareDouble(double a, double b) =>
        double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : a < b ? -1 : a > b ? 1 : 0;

    private static List<string> Run(
        List<Row> rows, ValueList<SortKey> keys, long offset, long count, Random random, int restoreAt)
    {
        using var pool = new SizeClassPool();
        using var allocator = new BufferAllocator("test", pool);
        using var pages = new StatePool();
        Operator sort = Open(keys, offset, count, allocator, pages);
        var output = new Collected();
        int cut = 0;
        for (int i = 0; i < rows.Count;)
        {
            int length = Math.Min(rows.Count - i, 1 + random.Next(9000));
            sort.Process(0, Batch(rows, i, length, allocator), output);
            i += length;
            if (++cut == restoreAt)
            {
                List<RecordBatch> image = [];
                sort.States[0].BeginSnapshot(full: true);
                while (sort.States[0].Gather(1000, b => image.Add(b.Retain())))
                {
                }

                sort.Dispose();
                sort = Open(keys, offset, count, allocator, pages);
                sort.States[0].Restore(new Image(image), new KeyGroupRange(0, 128));
            }
        }

        sort.Finish(output);
        while (sort.HasMore)
        {
            sort.Continue(output);
        }

        sort.Dispose();
        return output.Rows;
    }

    private static Operator Open(
        ValueList<SortKey> keys, long offset, long count, BufferAllocator allocator, StatePool pages,
        CancellationToken cancellation = default)
    {
        var node = new SortNode(keys, offset, count) { Id = 1, Inputs = [0], Output = Columns, Uid = "sort" };
        Operator sort = OperatorFactory.Create(node)!;
        sort.Open(new OperatorContext(
            allocator, pages, new EvaluatorOptions(TimeProvider.System, new Random(1)), [node.OutputSchema()], 0, 1, 128, true)
        {
            Cancellation = cancellation,
        });
        return sort;
    }

    private static StreamBatch Batch(List<Row> rows, int start, int length, BufferAllocator allocator)
    {
        using var n = new FixedWidthBuilder(DataType.Int64, allocator);
        using var d = new FixedWidthBuilder(DataType.Float64, allocator);
        using var s = new ViewBuilder(DataType.Utf8View, allocator);
        for (int i = start; i < start + length; i++)
        {
            Append(n, rows[i].N is long number, () => n.Append(rows[i].N!.Value));
            Append(d, rows[i].D is double, () => d.Append(rows[i].D!.Value));
            Append(s, rows[i].S is not null, () => s.Append(System.Text.Encoding.UTF8.GetBytes(rows[i].S!)));
        }

        Schema schema = new(
            new Field("n", DataType.Int64), new Field("d", DataType.Float64), new Field("s", DataType.Utf8View));
        return new StreamBatch(new RecordBatch(schema, [n.Finish(), d.Finish(), s.Finish()], length));
    }

    private static void Append(ColumnBuilder builder, bool isValid, Action append)
    {
        if (isValid)
        {
            append();
        }
        else
        {
            builder.AppendNull();
        }
    }

    private sealed record Row(long? N, double? D, string? S)
    {
        public static Row Draw(Random random) => new(
            random.Next(10) == 0 ? null : random.Next(5) == 0 ? long.MinValue + random.Next(3) : random.Next(-20, 20),
            random.Next(10) switch { 0 => null, 1 => double.NaN, 2 => 0.0, 3 => double.NegativeInfinity, _ => random.Next(-9, 9) / 4.0 },
            random.Next(10) switch { 0 => null, 1 => string.Empty, 2 => "same prefix of many " + random.Next(30), _ => "k" + random.Next(50) });
    }

    private sealed class Image(List<RecordBatch> batches) : StateSnapshotReader
    {
        public override IEnumerable<RecordBatch> ReadBatches() => batches;
    }

    private sealed class Collected : Collector
    {
        public List<string> Rows { get; } = [];

        public override void Emit(StreamBatch batch)
        {
            RecordBatch b = batch.Rows;
            for (int i = 0; i < b.Length; i++)
            {
                Rows.Add(new Row(
                    b.Columns[0].IsNull(i) ? null : ((FixedWidthArray)b.Columns[0]).Values<long>()[i],
                    b.Columns[1].IsNull(i) ? null : ((FixedWidthArray)b.Columns[1]).Values<double>()[i],
                    b.Columns[2].IsNull(i) ? null : System.Text.Encoding.UTF8.GetString(((ViewArray)b.Columns[2]).GetBytes(i))).ToString());
            }

            batch.Release();
        }
    }
}
