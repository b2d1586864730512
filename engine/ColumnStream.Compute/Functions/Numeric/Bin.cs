using System;
using System.Numerics;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Writes an integer in binary digits, negative ones as 64-bit two's complement.</summary>
internal readonly struct Bin : IRowOp<long, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Bin, long, Utf8>(
        "BIN(n)",
        "Writes an integer in binary digits, negative ones as 64-bit two's complement.",
        "BIN(12) = '1100'",
        Parameter.BigInt,
        SqlType.String);

    public static bool Apply(Frame frame, long a, out Utf8 result)
    {
        Span<byte> text = stackalloc byte[64];
        int length = Math.Max(1, 64 - BitOperations.LeadingZeroCount((ulong)a));
        for (int i = 0; i < length; i++)
        {
            text[i] = (byte)('0' + ((a >> (length - 1 - i)) & 1));
        }

        result = frame.Copy(text[..length]);
        return true;
    }
}
