using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Numbers the distinct values of rows, so that frames tell equal ones by a number.</summary>
internal static unsafe class DistinctValues
{
    /// <summary>Returns a number for each row, equal ones for equal values, or −1 where the sign is 0.</summary>
    /// <param name="arguments">The columns whose values together are compared; at least one.</param>
    /// <param name="signs">0 for rows that do not count.</param>
    public static int[] Number(ReadOnlySpan<ArrayData> arguments, sbyte[] signs)
    {
        int[] numbers = new int[signs.Length];
        ulong[] hashes = new ulong[signs.Length];
        KeyHash.Hash(arguments, signs.Length, hashes);
        int capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * signs.Length));
        int[] places = new int[capacity];
        ulong* words = stackalloc ulong[4];
        int count = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            if (signs[row] == 0)
            {
                numbers[row] = -1;
                continue;
            }

            int at = (int)(hashes[row] & (ulong)(capacity - 1));
            while (places[at] != 0 && !(hashes[places[at] - 1] == hashes[row] && Same(arguments, places[at] - 1, row, words)))
            {
                at = (at + 1) & (capacity - 1);
            }

            if (places[at] == 0)
            {
                places[at] = row + 1;
                numbers[row] = count++;
            }
            else
            {
                numbers[row] = numbers[places[at] - 1];
            }
        }

        return numbers;
    }

    private static bool Same(ReadOnlySpan<ArrayData> arguments, int left, int right, ulong* scratch)
    {
        foreach (ArrayData argument in arguments)
        {
            if (argument.IsNull(left) || argument.IsNull(right))
            {
                if (argument.IsNull(left) != argument.IsNull(right))
                {
                    return false;
                }

                continue;
            }

            byte* a = new ArgumentValues(argument, left, 1, scratch).Get(0, out int leftLength);
            byte* b = new ArgumentValues(argument, right, 1, scratch + 2).Get(0, out int rightLength);
            if (!new ReadOnlySpan<byte>(a, leftLength).SequenceEqual(new ReadOnlySpan<byte>(b, rightLength)))
            {
                return false;
            }
        }

        return true;
    }
}
