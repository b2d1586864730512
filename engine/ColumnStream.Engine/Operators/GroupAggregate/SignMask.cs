using System.Runtime.Intrinsics;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Zeroes signs of rows whose bit is not set.</summary>
internal static unsafe class SignMask
{
    /// <summary>Keeps signs where a bit of <paramref name="bits"/> is set, the first bit for the first sign.</summary>
    public static void Apply(byte* bits, int length, sbyte* signs)
    {
        int i = 0;
        Vector128<byte> places = Vector128.Create(0x8040201008040201UL).AsByte();
        for (; i + 16 <= length; i += 16)
        {
            Vector128<byte> spread = Vector128.Create(
                bits[i >> 3] * 0x0101010101010101UL, bits[(i >> 3) + 1] * 0x0101010101010101UL).AsByte();
            Vector128<byte> isSet = Vector128.Equals(spread & places, places);
            (Vector128.Load((byte*)(signs + i)) & isSet).Store((byte*)(signs + i));
        }

        for (; i < length; i++)
        {
            signs[i] = (bits[i >> 3] >> (i & 7) & 1) != 0 ? signs[i] : (sbyte)0;
        }
    }
}
