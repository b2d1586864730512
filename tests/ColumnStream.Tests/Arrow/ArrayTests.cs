using System;
using System.Collections.Generic;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Printing;
using ColumnStream.Arrow.Types;
using ColumnStream.Testing.Arrow;
using Xunit;

namespace ColumnStream.Tests.Arrow;

/// <summary>Compares slices, gathers, joins and copies of random columns with their rows, one by one.</summary>
public sealed class ArrayTests : IDisposable
{
    private readonly GuardedPool _pool = new();
    private readonly BufferAllocator _allocator;

    public ArrayTests() => _allocator = new BufferAllocator("arrays", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Slices_at_every_offset_hold_the_rows_they_name()
    {
        ForRandomColumns(rows: 41, (array, random) =>
        {
            for (int offset = 0; offset <= array.Length; offset++)
            {
                int length = random.Next(array.Length - offset + 1);
                ArrayData slice = array.Slice(offset, length, _allocator);
                AssertRows(array, i => offset + i, slice);
                int inner = random.Next(length + 1);
                ArrayData again = slice.Slice(inner, length - inner, _allocator);
                AssertRows(array, i => offset + inner + i, again);
                slice.Release();
                again.Release();
            }
        });
    }

    [Fact]
    public void Take_gathers_rows_in_order_and_negative_rows_are_null()
    {
        ForRandomColumns(rows: 100, (array, random) =>
        {
            foreach (bool negative in (bool[])[false, true])
            {
                var rows = new int[random.Next(150)];
                for (int i = 0; i < rows.Length; i++)
                {
                    rows[i] = random.Next(negative ? -1 : 0, array.Length);
                }

                ArrayData taken = TakeKernel.Take(array, rows, _allocator);
                AssertRows(array, i => rows[i], taken);
                taken.Release();
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => TakeKernel.Take(array, [array.Length], _allocator));
        });
    }

    [Fact]
    public void Concat_of_slices_is_the_whole()
    {
        ForRandomColumns(rows: 60, (array, random) =>
        {
            var parts = new List<ArrayData>();
            for (int at = 0; at < array.Length;)
            {
                int length = random.Next(1, array.Length - at + 1);
                parts.Add(array.Slice(at, length, _allocator));
                at += length;
            }

            ArrayData whole = ArrayConcat.Concat(parts.ToArray(), _allocator);
            Assert.True(ArrayEquality.Equals(array, whole));
            whole.Release();
            parts.ForEach(part => part.Release());
        });
    }

    [Fact]
    public void Text_survives_the_way_to_views_and_back_also_after_compaction()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var text = (BinaryArray)RandomBatches.Column(random, DataType.Utf8, 200, _allocator);
            var slice = (BinaryArray)text.Slice(13, 150, _allocator);
            ViewArray views = TextLayout.ToViews(slice, _allocator);
            Assert.True(ArrayEquality.Equals(slice, views, anyLayout: true));
            ViewArray compact = ViewCompactor.Compact(views, _allocator);
            Assert.True(ArrayEquality.Equals(views, compact));
            Assert.Equal(ViewCompactor.LiveBytes(views), ViewCompactor.LiveBytes(compact));
            BinaryArray back = TextLayout.ToOffsets(compact, _allocator);
            Assert.True(ArrayEquality.Equals(slice, back));
            foreach (ArrayData array in (ArrayData[])[text, slice, views, compact, back])
            {
                array.Release();
            }
        }
    }

    [Fact]
    public void A_sparse_batch_is_compacted_and_a_dense_one_is_shared()
    {
        using var builder = new ViewBuilder(DataType.Utf8View, _allocator);
        byte[] value = new byte[1000];
        for (int i = 0; i < 100; i++)
        {
            builder.Append(value);
        }

        var schema = new Schema(new Field("s", DataType.Utf8View));
        var batch = new RecordBatch(schema, [builder.Finish()], 100);
        RecordBatch dense = ViewCompactor.Compact(batch, _allocator);
        Assert.Same(batch.Columns[0], dense.Columns[0]);
        RecordBatch few = TakeKernel.Take(batch, [3, 4], _allocator);
        RecordBatch sparse = ViewCompactor.Compact(few, _allocator);
        Assert.True(ArrayEquality.Equals(few, sparse));
        Assert.True(sparse.PinnedBytes < few.PinnedBytes / 10);
        foreach (RecordBatch b in (RecordBatch[])[batch, dense, few, sparse])
        {
            b.Release();
        }
    }

    [Fact]
    public void Builders_take_back_rows_and_start_anew()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            DataType type = RandomBatches.Type(random);
            using ColumnBuilder builder = ColumnBuilder.Create(type, _allocator, 4);
            for (int round = 0; round < 2; round++)
            {
                for (int i = 0; i < 20; i++)
                {
                    builder.AppendNull();
                }

                builder.Truncate(7);
                builder.AppendNull();
                ArrayData array = builder.Finish();
                Assert.Equal(8, array.Length);
                for (int i = 0; i < 8; i++)
                {
                    Assert.True(ArrayEquality.IsNullValue(array, i), type.ToString());
                }

                array.Release();
            }
        }
    }

    [Fact]
    public void Values_print_as_people_write_them()
    {
        Assert.Equal("-0.05", Print(DataType.Decimal64(5, 2), -5L));
        Assert.Equal("123.00", Print(DataType.Decimal128(5, 2), (Int128)12300));
        Assert.Equal("1969-12-31", Print(DataType.Date32, -1));
        Assert.Equal("2024-02-29", Print(DataType.Date32, 19782));
        Assert.Equal("1969-12-31 23:59:59.999", Print(DataType.Timestamp(TimeUnit.Millisecond), -1L));
        Assert.Equal("2001-09-09 01:46:40Z", Print(DataType.Timestamp(TimeUnit.Second, "UTC"), 1_000_000_000L));
        Assert.Equal("01:02:03.000004", Print(DataType.Time64(TimeUnit.Microsecond), 3_723_000_004L));
        Assert.Equal("18446744073709551615", Print(new DataType(TypeId.UInt64), ulong.MaxValue));
    }

    private string Print<T>(DataType type, T value)
        where T : unmanaged
    {
        using var builder = new FixedWidthBuilder(type, _allocator);
        builder.Append(value);
        var batch = new RecordBatch(new Schema(new Field("v", type)), [builder.Finish()], 1);
        string text = RecordBatchPrinter.Print(batch);
        batch.Release();
        Assert.StartsWith("v\n", text, StringComparison.Ordinal);
        return text[2..];
    }

    private void ForRandomColumns(int rows, Action<ArrayData, Random> check)
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            DataType type = RandomBatches.Type(random);
            ArrayData array = RandomBatches.Column(random, type, rows, _allocator);
            try
            {
                check(array, random);
            }
            catch (Exception e) when (e is Xunit.Sdk.XunitException or InvalidOperationException)
            {
                throw new InvalidOperationException($"seed {seed}, type {type}", e);
            }
            finally
            {
                array.Release();
            }

            Assert.Equal(0, _allocator.UsedBytes);
        }
    }

    private static void AssertRows(ArrayData source, Func<int, int> sourceRow, ArrayData got)
    {
        int nulls = 0;
        for (int i = 0; i < got.Length; i++)
        {
            int row = sourceRow(i);
            nulls += got.IsNull(i) ? 1 : 0;
            Assert.True(row < 0 ? ArrayEquality.IsNullValue(got, i) : ArrayEquality.RowsEqual(source, row, got, i), $"row {i}");
        }

        Assert.Equal(nulls, got.NullCount);
    }
}
