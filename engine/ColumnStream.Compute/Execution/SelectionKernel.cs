using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Turns a tile's bitmap into row indices. Compress: 0.03–0.10 ns a row; tzcnt: 0.01–0.44 (expressions.md §3).
/// </summary>
internal static unsafe class SelectionKernel
{
    /// <summary>
    /// Writes the indices of set bits plus <paramref name="firstRow"/>; returns how many. Stores up to 16 past the
    /// end.
    /// </summary>
    public static int Run(byte* bits, int rows, int firstRow, int* target, bool scalar) =>
        !scalar && Avx512F.IsSupported ? RunCompress(bits, rows, firstRow, target) : RunScalar(bits, firstRow, target);

    /// <summary>Sets the bits of selected rows that lie in the tile; returns how many rows were used.</summary>
    public static int ToBits(int* rows, int count, int firstRow, byte* bits)
    {
        Unsafe.InitBlock(bits, 0, Frame.BitmapBytes);
        int used = 0;
        while (used < count && rows[used] - firstRow < Frame.TileRows)
        {
            int row = rows[used++] - firstRow;
            bits[row >> 3] |= (byte)(1 << (row & 7));
        }

        return used;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunCompress(byte* bits, int rows, int firstRow, int* target)
    {
        Vector512<int> lanes = Vector512.Create(
            1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        Vector512<int> index = Vector512<int>.Indices + Vector512.Create(firstRow);
        int count = 0;
        for (int i = 0; i < rows; i += 16)
        {
            int word = *(ushort*)(bits + (i >> 3));
            if (word == 0)
            {
                continue;
            }

            Vector512<int> mask = Vector512.Equals(Vector512.Create(word) & lanes, lanes);
            Avx512F.Compress(Vector512<int>.Zero, mask, index + Vector512.Create(i)).Store(target + count);
            count += BitOperations.PopCount((uint)word);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RunScalar(byte* bits, int firstRow, int* target)
    {
        int count = 0;
        for (int w = 0; w < 8; w++)
        {
            for (ulong word = ((ulong*)bits)[w]; word != 0; word &= word - 1)
            {
                target[count++] = firstRow + (w * 64) + BitOperations.TrailingZeroCount(word);
            }
        }

        return count;
    }
}
