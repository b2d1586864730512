using System;

namespace ColumnStream.Compute.Values;

/// <summary>Holds the powers of ten that fit 128 bits.</summary>
public static class Powers
{
    private static readonly Int128[] Tens = Make();

    /// <summary>Returns 10 to the power <paramref name="exponent"/>, 0 to 38.</summary>
    public static Int128 Ten(int exponent) => Tens[exponent];

    /// <summary>Returns 10 to the power <paramref name="exponent"/>, 0 to 18.</summary>
    public static long TenInt64(int exponent) => (long)Tens[exponent];

    private static Int128[] Make()
    {
        var tens = new Int128[39];
        tens[0] = 1;
        for (int i = 1; i < tens.Length; i++)
        {
            tens[i] = tens[i - 1] * 10;
        }

        return tens;
    }
}
