using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

// Goal: aggregates that go through the rows together leave the cells that each alone leaves. Method: random sets of aggregates,
// integers of random width, few groups, signs or none; the bytes of all rows are compared. A cell of a neighbour that is written,
// a sign that is forgotten or an extreme of no rows that counts as 0 is seen here.
public sealed unsafe class FusedAggregatesTests
{
    private static readonly string[] Functions = ["COUNT", "SUM", "AVG", "MIN", "MAX"];

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 64)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Together_is_one_by_one(int seed)
    {
        var random = new Random(seed);
        using var buffers = new SizeClassPool();
        using var allocator = new BufferAllocator("test", buffers);
        string[] chosen = [.. Functions.Where((f, i) => (seed >> i & 1) == 1)];
        SqlType type = random.Next(3) switch { 0 => SqlType.BigInt, 1 => SqlType.Integer, _ => SqlType.SmallInt };
        bool hasSigns = random.Next(2) == 0;
        bool retracts = hasSigns && !chosen.Contains("MIN") && !chosen.Contains("MAX");
        List<Accumulator> alone = Make(chosen, type, out int stride);
        var fused = new FusedAggregates();
        Assert.All(alone, a => Assert.True(FusedAggregates.Takes(a) && fused.TryAdd(a)));
        Assert.Equal(alone.Count, fused.Members);
        Assert.True(chosen.Contains("COUNT") == !fused.TryAdd(new CountAccumulator()));
        fused.Clear();
        alone.ForEach(a => Assert.True(fused.TryAdd(a)));

        const int Groups = 5;
        byte* expected = (byte*)NativeMemory.AllocZeroed((nuint)(Groups * stride));
        byte* actual = (byte*)NativeMemory.AllocZeroed((nuint)(Groups * stride));
        byte** rows = stackalloc byte*[Accumulator.BlockRows];
        sbyte* signs = stackalloc sbyte[Accumulator.BlockRows];
        for (int block = 0; block < 8; block++)
        {
            int start = random.Next(3);
            int count = 1 + random.Next(block == 0 ? 3 : Accumulator.BlockRows);
            ArrayData column = Column(type, start + count, random, allocator);
            int[] groups = [.. Enumerable.Range(0, count).Select(_ => random.Next(Groups))];
            for (int i = 0; i < count; i++)
            {
                signs[i] = (sbyte)(retracts ? random.Next(-1, 2) : random.Next(2));
            }

            Point(rows, expected, groups, stride);
            alone.ForEach(a => Add(a, column, start, count, rows, hasSigns ? signs : null));
            Point(rows, actual, groups, stride);
            fused.Accumulate(column, start, count, rows, hasSigns ? signs : null);
            column.Release();
            Assert.True(
                new ReadOnlySpan<byte>(expected, Groups * stride).SequenceEqual(new ReadOnlySpan<byte>(actual, Groups * stride)),
                $"seed {seed}, {string.Join(", ", chosen)} of {type}, block {block}, signs {hasSigns}");
        }

        NativeMemory.Free(expected);
        NativeMemory.Free(actual);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Counts_add_their_own_signs(int members)
    {
        var random = new Random(members);
        const int Rows = 100;
        long* cells = stackalloc long[3 * 5];
        new Span<long>(cells, 15).Clear();
        long[] expected = new long[15];
        byte** rows = stackalloc byte*[Rows];
        int* offsets = stackalloc int[4];
        sbyte** signs = stackalloc sbyte*[4];
        sbyte* all = stackalloc sbyte[4 * Rows];
        int[] places = [.. new[] { 0, 1, 2, 3, 4 }.OrderBy(_ => random.Next())];
        for (int k = 0; k < members; k++)
        {
            offsets[k] = 8 * places[k];
            signs[k] = all + (k * Rows);
        }

        for (int i = 0; i < Rows; i++)
        {
            int group = random.Next(3);
            rows[i] = (byte*)(cells + (group * 5));
            for (int k = 0; k < members; k++)
            {
                signs[k][i] = (sbyte)random.Next(-1, 2);
                expected[(group * 5) + places[k]] += signs[k][i];
            }
        }

        FusedAggregates.Count(rows, Rows, offsets, signs, members);
        Assert.Equal(expected, new ReadOnlySpan<long>(cells, 15).ToArray());
    }

    private static List<Accumulator> Make(string[] functions, SqlType type, out int stride)
    {
        List<Accumulator> made = [];
        stride = 8;
        foreach (string function in functions)
        {
            var call = new AggregateCall(function, [0], [type], Distinct: false, Filter: -1, type, function);
            Accumulator accumulator = AggregateTable.Find(function)!.CreateInsertOnly(call);
            accumulator.Offset = stride;
            stride += 8 * accumulator.Cells.Count;
            made.Add(accumulator);
        }

        return made;
    }

    private static ArrayData Column(SqlType type, int length, Random random, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type.ToArrow(), allocator, length);
        var values = (FixedWidthBuilder)builder;
        for (int i = 0; i < length; i++)
        {
            switch (type.Id)
            {
                case SqlTypeId.BigInt:
                    values.Append(random.Next(4) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : random.Next(-3, 4));
                    break;
                case SqlTypeId.Integer:
                    values.Append(random.Next(-1000, 1000));
                    break;
                default:
                    values.Append((short)random.Next(-9, 9));
                    break;
            }
        }

        return builder.Finish();
    }

    private static void Point(byte** rows, byte* first, int[] groups, int stride)
    {
        for (int i = 0; i < groups.Length; i++)
        {
            rows[i] = first + (groups[i] * stride);
        }
    }

    private static void Add(Accumulator accumulator, ArrayData column, int start, int count, byte** rows, sbyte* signs) =>
        accumulator.Accumulate(accumulator is CountAccumulator ? null : column, start, count, rows, signs, null!);
}
