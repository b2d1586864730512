using System;
using System.Security.Cryptography;
using ColumnStream.Aliyun.Checksums;

namespace ColumnStream.Microbench.Checksums;

/// <summary>Times checksums of stored objects over 8 MiB, a part of an upload: bytes a nanosecond of thread CPU, best of 9.</summary>
internal static class ChecksumBench
{
    private const int Bytes = 8 << 20;
    private const int Rounds = 9;

    public static void Run()
    {
        byte[] part = new byte[Bytes];
        new Random(1).NextBytes(part);
        Time("CRC-64, in use", () => Crc64.Of(part));
        Time("CRC-64, eight tables", () => Crc64.ByTables(0, part));
        Time("CRC-64, one table", () => OneTable(part));
        Time("MD5", () => MD5.HashData(part)[0]);
        Time("SHA-256", () => SHA256.HashData(part)[0]);
    }

    private static void Time(string name, Func<ulong> work)
    {
        long least = long.MaxValue;
        ulong kept = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long start = ThreadClock.Nanoseconds();
            kept ^= work();
            least = Math.Min(least, ThreadClock.Nanoseconds() - start);
        }

        Console.WriteLine($"{name,-22} {(double)Bytes / least,7:0.00} GB/s   ({kept:x})");
    }

    private static ulong OneTable(byte[] bytes)
    {
        ulong[] table = new ulong[256];
        for (int i = 0; i < 256; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
            {
                value = (value >> 1) ^ (0xC96C5795D7870F42 & (0 - (value & 1)));
            }

            table[i] = value;
        }

        ulong state = ulong.MaxValue;
        foreach (byte value in bytes)
        {
            state = table[(byte)state ^ value] ^ (state >> 8);
        }

        return ~state;
    }
}
