using System;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using Xunit;

namespace ColumnStream.Tests.Compute.Hash;

// Goal: sums of row hashes are an on-disk format, independent of order, layout and tiles, and tell rows apart. Method: golden
// values from a second implementation (thirty lines of Python after the formula in RowHash's remarks), permutations, edits.
public sealed class RowHashTests : IDisposable
{
    private readonly SizeClassPool _pool = new();
    private readonly BufferAllocator _allocator;

    public RowHashTests() => _allocator = new BufferAllocator("test", _pool);

    public void Dispose()
    {
        _allocator.Dispose();
        _pool.Dispose();
    }

    [Fact]
    public void Golden_vectors_never_change()
    {
        Assert.Equal("a076d4e1ba6b42b117fb89ee35ed72b0", Sum(1, Longs(0)).ToString());
        long[] squares = new long[1000];
        long[] numbers = new long[1000];
        for (int i = 0; i < 1000; i++)
        {
            numbers[i] = i;
            squares[i] = ((long)i * i) - 7;
        }

        Assert.Equal("441aeafe042e7d10581a561ddd9faa18", Sum(1000, Longs(numbers), Longs(squares)).ToString());
        Assert.Equal(
            "ccbc08f43da59dd0c5d6a9ed6d9f8065",
            Sum(3, Longs(1, null, -5), Doubles(1.5, -0.0, -2.25), Text("apple", "", null)).ToString());
        Assert.Equal("ccbc08f43da59dd0c5d6a9ed6d9f8065", RowSum.TryParse("ccbc08f43da59dd0c5d6a9ed6d9f8065", out RowSum sum) ? sum.ToString() : "");
    }

    [Fact]
    public void Golden_vectors_of_text_never_change()
    {
        // Every length up to 299: inline, four words that overlap, steps of 32 bytes with and without a tail.
        string[] texts = new string[300];
        for (int length = 0; length < texts.Length; length++)
        {
            char[] text = new char[length];
            for (int i = 0; i < length; i++)
            {
                text[i] = (char)((((length * 7) + i) % 95) + ' ');
            }

            texts[length] = new string(text);
        }

        Assert.Equal("e69f73bf0b35221b2dfbaf33caad3833", Sum(texts.Length, Text(texts)).ToString());
    }

    [Fact]
    public void Text_that_is_that_of_the_row_before_counts_again()
    {
        string text = new('x', 40);
        string other = new('x', 39);
        RowSum twice = Sum(1, Text(text)) + Sum(1, Text(text));
        Assert.Equal(twice, Sum(2, Text(text, text)));
        Assert.Equal(twice + Sum(1, Text(other + "y")), Sum(3, Text(text, other + "y", text)));
        Assert.Equal(twice + Sum(1, Text("x")), Sum(3, Text(text, "x", text)));
        Assert.Equal(twice + Sum(1, Text((string?)null)), Sum(3, Text(text, null, text)));
        Assert.Equal(twice + Sum(1, Text(other)), Sum(3, Text(other, text, text)));
    }

    [Fact]
    public void Sums_by_tag_are_those_of_the_rows_that_bear_it()
    {
        var random = new Random(5);
        for (int round = 0; round < 100; round++)
        {
            int count = random.Next(40);
            ulong[] hashes = new ulong[count];
            byte[] tags = new byte[count];
            for (int i = 0; i < count; i++)
            {
                hashes[i] = (ulong)random.NextInt64();
                tags[i] = (byte)random.Next(4);
            }

            for (byte tag = 0; tag < 4; tag++)
            {
                RowSum expected = default;
                long rows = 0;
                for (int i = 0; i < count; i++)
                {
                    expected += tags[i] == tag ? RowHash.Of(hashes[i]) : default;
                    rows += tags[i] == tag ? 1 : 0;
                }

                Assert.Equal((expected, rows), SumWhere(hashes, tags, tag));
            }
        }
    }

    [Fact]
    public void Order_does_not_matter_and_every_edit_does()
    {
        var random = new Random(11);
        for (int round = 0; round < 200; round++)
        {
            int rows = random.Next(2, 1500);
            long?[] a = new long?[rows];
            long?[] b = new long?[rows];
            for (int i = 0; i < rows; i++)
            {
                a[i] = random.Next(5) == 0 ? null : random.Next(10);
                b[i] = random.Next(10);
            }

            RowSum sum = Sum(rows, Longs(a), Longs(b));
            int x = random.Next(rows);
            int y = (x + 1 + random.Next(rows - 1)) % rows;
            (a[x], a[y], b[x], b[y]) = (a[y], a[x], b[y], b[x]);
            Assert.Equal(sum, Sum(rows, Longs(a), Longs(b)));
            if (a[x] != a[y] && b[x] != b[y])
            {
                // Both columns hold what they held, but not in the same rows.
                (a[x], a[y]) = (a[y], a[x]);
                Assert.NotEqual(sum, Sum(rows, Longs(a), Longs(b)));
                (a[x], a[y]) = (a[y], a[x]);
            }

            b[x]++;
            Assert.NotEqual(sum, Sum(rows, Longs(a), Longs(b)));
        }
    }

    [Fact]
    public void Tables_that_agree_in_every_pair_of_columns_differ()
    {
        // The even and the odd corners of a cube: a sum that is only quadratic in the rows cannot tell them apart.
        Assert.NotEqual(
            Sum(4, Longs(0, 0, 1, 1), Longs(0, 1, 0, 1), Longs(0, 1, 1, 0)),
            Sum(4, Longs(1, 1, 0, 0), Longs(1, 0, 1, 0), Longs(1, 0, 0, 1)));
    }

    [Fact]
    public void Equal_values_have_equal_words_in_every_layout()
    {
        RowSum expected = Sum(1, Longs(-5));
        Assert.Equal(expected, Sum(1, One(DataType.Int8, (sbyte)-5)));
        Assert.Equal(expected, Sum(1, One(DataType.Int32, -5)));
        Assert.Equal(expected, Sum(1, One(DataType.Decimal64(10, 2), -5L)));
        Assert.Equal(expected, Sum(1, One(DataType.Decimal128(38, 2), (Int128)(-5))));
        Assert.NotEqual(expected, Sum(1, One(DataType.Decimal128(38, 2), ((Int128)1 << 80) - 5)));
        Assert.Equal(Sum(1, Doubles(0.0)), Sum(1, Doubles(-0.0)));
        for (int length = 0; length < 40; length++)
        {
            string text = new('x', length);
            Assert.Equal(Sum(1, Text(text)), Sum(1, Offsets(text)));
            Assert.NotEqual(Sum(1, Text(text)), Sum(1, Text(text + "y")));
        }
    }

    [Fact]
    public void Hashes_of_rows_add_up_to_the_sum()
    {
        ArrayData values = Longs(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5);
        ulong[] hashes = new ulong[11];
        RowHash.Hash([values], 11, hashes);
        RowSum sum = default;
        foreach (ulong hash in hashes)
        {
            sum += RowHash.Of(hash);
        }

        Assert.Equal(Sum(11, values), sum);
    }

    private static unsafe (RowSum Sum, long Rows) SumWhere(ulong[] hashes, byte[] tags, byte tag)
    {
        fixed (ulong* h = hashes)
        fixed (byte* t = tags)
        {
            RowSum sum = RowHash.SumWhere(h, t, tag, hashes.Length, out long rows);
            return (sum, rows);
        }
    }

    private static RowSum Sum(int rows, params ArrayData[] columns)
    {
        RowSum sum = RowHash.Sum(columns, rows);
        foreach (ArrayData column in columns)
        {
            column.Release();
        }

        return sum;
    }

    private ArrayData Longs(params long[] values) => Longs(Array.ConvertAll(values, v => (long?)v));

    private ArrayData Longs(params long?[] values)
    {
        using var builder = new FixedWidthBuilder(DataType.Int64, _allocator);
        foreach (long? value in values)
        {
            if (value is { } present)
            {
                builder.Append(present);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Finish();
    }

    private ArrayData Doubles(params double[] values)
    {
        using var builder = new FixedWidthBuilder(DataType.Float64, _allocator);
        foreach (double value in values)
        {
            builder.Append(value);
        }

        return builder.Finish();
    }

    private ArrayData One<T>(DataType type, T value)
        where T : unmanaged
    {
        using var builder = new FixedWidthBuilder(type, _allocator);
        builder.Append(value);
        return builder.Finish();
    }

    private ArrayData Text(params string?[] values)
    {
        using var builder = new ViewBuilder(DataType.Utf8View, _allocator);
        foreach (string? value in values)
        {
            if (value is null)
            {
                builder.AppendNull();
            }
            else
            {
                builder.Append(Encoding.UTF8.GetBytes(value));
            }
        }

        return builder.Finish();
    }

    private ArrayData Offsets(string value)
    {
        using var builder = new BinaryBuilder(DataType.Utf8, _allocator);
        builder.Append(Encoding.UTF8.GetBytes(value));
        return builder.Finish();
    }
}
