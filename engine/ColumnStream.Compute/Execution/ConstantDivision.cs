using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColumnStream.Compute.Execution;

/// <summary>Divides 64-bit lanes by a positive constant: by its reciprocal as a double, put right by at most one.</summary>
/// <remarks>
/// Exact for magnitudes below 2^51, which adding a constant to the bits turns into doubles and back on any machine; what
/// is larger is seen by <see cref="Seen"/> and left to the caller's scalar loop. Every product is below 2^53 and so exact.
/// </remarks>
internal readonly struct ConstantDivision
{
    private const long Magic = 0x4338000000000000;
    private const double MagicDouble = 6755399441055744.0;
    private const long Half = 1L << 51;
    private readonly Vector512<double> _divisor;
    private readonly Vector512<double> _reciprocal;

    public ConstantDivision(long divisor)
    {
        _divisor = Vector512.Create((double)divisor);
        _reciprocal = Vector512.Create(1.0 / divisor);
    }

    /// <summary>Tells whether a constant may be divided by.</summary>
    public static bool Takes(long divisor) => divisor is > 0 and < Half;

    /// <summary>Tells, of the bits gathered by <see cref="Seen"/>, whether all values were small enough.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Fit(Vector512<long> seen) => (seen & Vector512.Create(~((Half * 2) - 1))) == Vector512<long>.Zero;

    /// <summary>Adds a vector's values to the bits that <see cref="Fit"/> judges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> Seen(Vector512<long> seen, Vector512<long> values) =>
        seen | (values + Vector512.Create(Half));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> ToDouble(Vector512<long> values) =>
        (values + Vector512.Create(Magic)).AsDouble() - Vector512.Create(MagicDouble);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<long> ToInt64(Vector512<double> values) =>
        (values + Vector512.Create(MagicDouble)).AsInt64() - Vector512.Create(Magic);

    /// <summary>Tells, all ones a lane, which values are multiples of the constant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Divides(Vector512<double> values)
    {
        Vector512<double> magic = Vector512.Create(MagicDouble);
        Vector512<double> nearest = (values * _reciprocal) + magic - magic;
        return Vector512.Equals(values, nearest * _divisor);
    }

    /// <summary>Returns the quotient rounded down, and the remainder from 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Floor(Vector512<double> values, out Vector512<double> remainder)
    {
        Vector512<double> one = Vector512.Create(1.0);
        Vector512<double> quotient = Vector512.Floor(values * _reciprocal);
        Vector512<double> rest = values - (quotient * _divisor);
        Vector512<double> low = Vector512.LessThan(rest, Vector512<double>.Zero);
        Vector512<double> high = Vector512.GreaterThanOrEqual(rest, _divisor);
        quotient += (high & one) - (low & one);
        remainder = rest + (low & _divisor) - (high & _divisor);
        return quotient;
    }

    /// <summary>Returns the quotient rounded towards zero, and the remainder with the value's sign.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<double> Truncate(Vector512<double> values, out Vector512<double> remainder)
    {
        Vector512<double> sign = values & Vector512.Create(-0.0);
        Vector512<double> quotient = Floor(values ^ sign, out Vector512<double> rest);
        remainder = rest ^ sign;
        return quotient ^ sign;
    }
}
