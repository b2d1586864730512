using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Microbench.Kernels;

/// <summary>Measures two plain loops, to tell how this machine compares with the one of the design's figures.</summary>
internal static unsafe class Calibration
{
    /// <summary>What the design page gives for adding 64-bit columns in tiles: by vectors, and by scalars.</summary>
    private const double VectorFigure = 0.07;

    private const double ScalarFigure = 0.35;
    private const int TileRows = 512;

    /// <summary>Returns the machine's time over the design's, by limit.</summary>
    public static (double Vector, double Scalar) Measure()
    {
        long[] a = GC.AllocateArray<long>(TileRows * 4, pinned: true);
        double vector = double.MaxValue;
        double scalar = double.MaxValue;
        fixed (long* start = a)
        {
            // Some cache lines between the columns keep them off equal offsets of a page.
            long* left = start;
            long* right = start + TileRows + 8;
            long* sum = start + (TileRows * 2) + 24;
            for (int round = 0; round < 5; round++)
            {
                vector = Math.Min(vector, KernelBench.Time(200, () => AddVectors(left, right, sum, KernelData.Rows)));
                scalar = Math.Min(scalar, KernelBench.Time(200, () => AddScalars(left, right, sum, KernelData.Rows)));
            }
        }

        return (vector / VectorFigure, scalar / ScalarFigure);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddVectors(long* a, long* b, long* r, int n)
    {
        for (int row = 0; row < n; row += TileRows)
        {
            for (int i = 0; i < TileRows; i += 8)
            {
                (Vector512.Load(a + i) + Vector512.Load(b + i)).Store(r + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddScalars(long* a, long* b, long* r, int n)
    {
        for (int row = 0; row < n; row += TileRows)
        {
            for (int i = 0; i < TileRows; i++)
            {
                r[i] = a[i] + b[i];
            }
        }
    }
}
