using System;
using System.Linq;
using System.Runtime.Intrinsics.X86;
using System.Text;
using ColumnStream.Aliyun.Checksums;
using Xunit;

namespace ColumnStream.Tests.Aliyun;

/// <summary>Goal: all ways of computing CRC-64 agree with its definition. Method: bit by bit, random lengths, offsets and cuts.</summary>
public sealed class Crc64Tests
{
    [Theory]
    [InlineData("", 0x0UL)]
    [InlineData("123456789", 0x995DC9BBDF1939FAUL)]
    public void Check_values_hold(string text, ulong expected) =>
        Assert.Equal(expected, Crc64.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Tables_folding_and_definition_agree()
    {
        var random = new Random(7);
        byte[] bytes = new byte[3000];
        random.NextBytes(bytes);
        for (int round = 0; round < 2000; round++)
        {
            int from = random.Next(70);
            int length = round < 700 ? round : random.Next(bytes.Length - 70);
            ReadOnlySpan<byte> part = bytes.AsSpan(from, length);
            ulong start = (ulong)random.NextInt64() * (ulong)random.Next(2);
            ulong expected = Definition(start, part);
            Assert.Equal(expected, Crc64.ByTables(start, part));
            Assert.Equal(~Definition(~start, part), Crc64.Append(start, part));
            if (Pclmulqdq.IsSupported && length >= 64)
            {
                Assert.Equal(expected, Crc64.Fold(start, part));
            }
        }
    }

    [Fact]
    public void Checksums_of_parts_give_that_of_the_whole()
    {
        var random = new Random(8);
        byte[] bytes = new byte[100_000];
        random.NextBytes(bytes);
        ulong whole = Crc64.Of(bytes);
        for (int round = 0; round < 50; round++)
        {
            int[] cuts = [0, .. Enumerable.Range(0, 4).Select(_ => random.Next(bytes.Length + 1)).Order(), bytes.Length];
            ulong appended = Crc64.Empty;
            ulong combined = Crc64.Empty;
            for (int i = 1; i < cuts.Length; i++)
            {
                ReadOnlySpan<byte> part = bytes.AsSpan(cuts[i - 1], cuts[i] - cuts[i - 1]);
                appended = Crc64.Append(appended, part);
                combined = Crc64.Combine(combined, Crc64.Of(part), part.Length);
            }

            Assert.Equal(whole, appended);
            Assert.Equal(whole, combined);
        }

        // A part of four gigabytes of zeros, by doubling.
        ulong zeros = Crc64.Of(new byte[1]);
        long length = 1;
        for (; length < 1L << 32; length *= 2)
        {
            zeros = Crc64.Combine(zeros, zeros, length);
        }

        Assert.Equal(Crc64.Combine(Crc64.Combine(0, zeros, length), whole, bytes.Length), Crc64.Append(zeros, bytes));
    }

    private static ulong Definition(ulong state, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            state ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                state = (state & 1) == 0 ? state >> 1 : (state >> 1) ^ 0xC96C5795D7870F42;
            }
        }

        return state;
    }
}
