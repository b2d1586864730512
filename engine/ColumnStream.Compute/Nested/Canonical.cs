using System.Runtime.CompilerServices;

namespace ColumnStream.Compute.Nested;

/// <summary>Gives equal numbers equal bits: one NaN, and 0.0 for -0.0.</summary>
internal static class Canonical
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T value)
    {
        if (typeof(T) == typeof(double))
        {
            double number = Of(Unsafe.As<T, double>(ref value));
            return Unsafe.As<double, T>(ref number);
        }

        if (typeof(T) == typeof(float))
        {
            float number = Of(Unsafe.As<T, float>(ref value));
            return Unsafe.As<float, T>(ref number);
        }

        return value;
    }

    public static double Of(double value) => double.IsNaN(value) ? double.NaN : value == 0 ? 0.0 : value;

    public static float Of(float value) => float.IsNaN(value) ? float.NaN : value == 0 ? 0.0f : value;
}
