using System;
using System.Buffers.Binary;
using System.Numerics;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Computes SHA-224 (FIPS 180-4, section 6.3), which the base library lacks: SHA-256 with another beginning, cut.</summary>
internal static class Sha224Digest
{
    /// <summary>Bytes of a digest.</summary>
    public const int SizeInBytes = 28;

    private const int BlockBytes = 64;

    // FIPS 180-4, section 4.2.2.
    private static ReadOnlySpan<uint> Constants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    // FIPS 180-4, section 5.3.2.
    private static ReadOnlySpan<uint> Initial =>
        [0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4];

    /// <summary>Hashes a message into 28 bytes.</summary>
    public static void HashData(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        Span<uint> state = stackalloc uint[8];
        Span<uint> schedule = stackalloc uint[64];
        Initial.CopyTo(state);
        ulong bits = (ulong)message.Length * 8;
        while (message.Length >= BlockBytes)
        {
            Mix(state, schedule, message);
            message = message[BlockBytes..];
        }

        // The rest, one bit, zeros and the length fill one block or two.
        Span<byte> tail = stackalloc byte[BlockBytes * 2];
        tail.Clear();
        message.CopyTo(tail);
        tail[message.Length] = 0x80;
        int end = message.Length + 9 <= BlockBytes ? BlockBytes : BlockBytes * 2;
        BinaryPrimitives.WriteUInt64BigEndian(tail[(end - 8)..], bits);
        for (int at = 0; at < end; at += BlockBytes)
        {
            Mix(state, schedule, tail[at..]);
        }

        for (int i = 0; i < SizeInBytes / 4; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(digest[(i * 4)..], state[i]);
        }
    }

    private static void Mix(Span<uint> state, Span<uint> w, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < 16; i++)
        {
            w[i] = BinaryPrimitives.ReadUInt32BigEndian(block[(i * 4)..]);
        }

        for (int i = 16; i < 64; i++)
        {
            uint s0 = BitOperations.RotateRight(w[i - 15], 7) ^ BitOperations.RotateRight(w[i - 15], 18) ^ (w[i - 15] >> 3);
            uint s1 = BitOperations.RotateRight(w[i - 2], 17) ^ BitOperations.RotateRight(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }

        ReadOnlySpan<uint> k = Constants;
        uint a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; i++)
        {
            uint s1 = BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25);
            uint first = h + s1 + ((e & f) ^ (~e & g)) + k[i] + w[i];
            uint s0 = BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22);
            uint second = s0 + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}
