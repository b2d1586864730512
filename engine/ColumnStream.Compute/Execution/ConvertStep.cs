using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColumnStream.Compute.Execution;

/// <summary>
/// Converts numbers of one layout to another, over all rows: integers wrap; floats saturate at INT and BIGINT.
/// </summary>
internal sealed unsafe class ConvertStep<TFrom, TTo>(int a) : Step
    where TFrom : unmanaged, INumber<TFrom>
    where TTo : unmanaged, INumber<TTo>
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[a].Valid;
        RunRows((TFrom*)frame[a].Data, (TTo*)result.Data, frame.Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TTo Apply(TFrom value)
    {
        bool fromFloat = typeof(TFrom) == typeof(double) || typeof(TFrom) == typeof(float);
        if (fromFloat && (typeof(TTo) == typeof(int) || typeof(TTo) == typeof(long)))
        {
            return TTo.CreateSaturating(value);
        }

        // A float becomes a byte or a short by way of INT, which then wraps.
        return fromFloat && (typeof(TTo) == typeof(sbyte) || typeof(TTo) == typeof(short))
            ? TTo.CreateTruncating(int.CreateSaturating(value))
            : TTo.CreateTruncating(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunRows(TFrom* a, TTo* r, int n)
    {
        for (int i = 0; i < n; i++)
        {
            r[i] = Apply(a[i]);
        }
    }
}
