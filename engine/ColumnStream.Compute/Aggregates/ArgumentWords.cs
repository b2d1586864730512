using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Reads a block of an argument column as 64-bit words.</summary>
internal static unsafe class ArgumentWords
{
    /// <summary>Reads fixed-width values of at most 8 bytes or booleans; floats come as the bits of a double.</summary>
    public static ulong* Read(ArrayData argument, int start, int count, ulong* scratch)
    {
        switch (argument)
        {
            case FixedWidthArray a:
                return CanonicalWords.Read(a, start, count, scratch);
            case BooleanArray a:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = Bitmap.Get(a.Bits, start + i) ? 1UL : 0;
                }

                return scratch;
            case NullArray:
                new Span<ulong>(scratch, count).Clear();
                return scratch;
            default:
                throw new NotSupportedException($"Type cannot be aggregated: {argument.Type}.");
        }
    }

    /// <summary>Reads decimals of either width as 128-bit integers.</summary>
    public static Int128* ReadWide(ArrayData argument, int start, int count, Int128* scratch)
    {
        var column = (FixedWidthArray)argument;
        if (column.ByteWidth == 16)
        {
            return (Int128*)column.Pointer + start;
        }

        var source = (long*)column.Pointer + start;
        for (int i = 0; i < count; i++)
        {
            scratch[i] = source[i];
        }

        return scratch;
    }
}
