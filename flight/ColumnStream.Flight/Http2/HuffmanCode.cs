using System;
using System.Net.Http;

namespace ColumnStream.Flight.Http2;

/// <summary>Decodes the code of RFC 7541, appendix B, which is canonical: its lengths alone say it.</summary>
internal static class HuffmanCode
{
    private const int ShortestBits = 5;
    private const int LongestBits = 30;
    private const int End = 256;

    /// <summary>The bits of each byte's code, and those of the end, which may stand in no text.</summary>
    private static readonly byte[] s_lengths =
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        LongestBits,
    ];

    /// <summary>The symbols by length and then by value, as their codes ascend.</summary>
    private static readonly short[] s_symbols = new short[s_lengths.Length];

    /// <summary>For each length, its first code and where its symbols begin; one more length ends the last.</summary>
    private static readonly int[] s_firstCode = new int[LongestBits + 2];
    private static readonly int[] s_firstSymbol = new int[LongestBits + 2];

    static HuffmanCode()
    {
        int code = 0;
        int count = 0;
        for (int bits = 1; bits <= LongestBits; bits++, code <<= 1)
        {
            s_firstCode[bits] = code;
            s_firstSymbol[bits] = count;
            for (int symbol = 0; symbol < s_lengths.Length; symbol++)
            {
                if (s_lengths[symbol] == bits)
                {
                    s_symbols[count++] = (short)symbol;
                    code++;
                }
            }
        }

        s_firstSymbol[LongestBits + 1] = count;
    }

    /// <summary>Decodes into the target and returns its bytes; a text grows by at most 8 to 5.</summary>
    /// <exception cref="HttpProtocolException">The bits are not such a text.</exception>
    public static int Decode(ReadOnlySpan<byte> packed, Span<byte> target)
    {
        int count = 0;
        int code = 0;
        int bits = 0;
        foreach (byte b in packed)
        {
            for (int shift = 7; shift >= 0; shift--)
            {
                code = (code << 1) | ((b >> shift) & 1);
                bits++;
                if (bits < ShortestBits)
                {
                    continue;
                }

                int symbols = s_firstSymbol[bits + 1] - s_firstSymbol[bits];
                int offset = code - s_firstCode[bits];
                if (offset < symbols)
                {
                    int symbol = s_symbols[s_firstSymbol[bits] + offset];
                    if (symbol == End)
                    {
                        throw Http2Error.Of(Http2Error.Compression, "Header holds the end of a text inside it.");
                    }

                    target[count++] = (byte)symbol;
                    code = 0;
                    bits = 0;
                }
            }
        }

        // What is left fills the last byte with the first bits of the end's code, which are ones.
        return bits < 8 && code == (1 << bits) - 1
            ? count : throw Http2Error.Of(Http2Error.Compression, "Header's text ends inside a character.");
    }
}
