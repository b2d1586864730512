using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Kernels.Hash;

/// <summary>
/// Turns fixed-width values of at most 8 bytes into the 64-bit words that hashes and state rows hold.
/// </summary>
public static unsafe class CanonicalWords
{
    /// <summary>
    /// Reads rows [start, start + count); returns <paramref name="scratch"/>, or the column itself where it is
    /// canonical.
    /// </summary>
    /// <param name="column">Values of 1, 2, 4 or 8 bytes.</param>
    /// <param name="start">First row.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="scratch">Room for <paramref name="count"/> words.</param>
    /// <exception cref="NotSupportedException">Values are wider.</exception>
    public static ulong* Read(FixedWidthArray column, int start, int count, ulong* scratch)
    {
        byte* source = column.Pointer + ((long)start * column.ByteWidth);
        switch (column.Type.Id)
        {
            case TypeId.Float32:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = Double(((float*)source)[i]);
                }

                return scratch;
            case TypeId.Float64:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = Double(((double*)source)[i]);
                }

                return scratch;
            case TypeId.UInt8:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = source[i];
                }

                return scratch;
            case TypeId.UInt16:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = ((ushort*)source)[i];
                }

                return scratch;
            case TypeId.UInt32:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = ((uint*)source)[i];
                }

                return scratch;
        }

        return ReadSigned(column, source, count, scratch);
    }

    /// <summary>Returns the word of a double: one zero, one NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Double(double value) =>
        double.IsNaN(value) ? 0x7FF8000000000000 : BitConverter.DoubleToUInt64Bits(value + 0.0);

    private static ulong* ReadSigned(FixedWidthArray column, byte* source, int count, ulong* scratch)
    {
        switch (column.ByteWidth)
        {
            case 8:
                return (ulong*)source;
            case 4:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = (ulong)((int*)source)[i];
                }

                return scratch;
            case 2:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = (ulong)((short*)source)[i];
                }

                return scratch;
            case 1:
                for (int i = 0; i < count; i++)
                {
                    scratch[i] = (ulong)((sbyte*)source)[i];
                }

                return scratch;
            default:
                throw new NotSupportedException($"Type has no canonical word: {column.Type}.");
        }
    }
}
