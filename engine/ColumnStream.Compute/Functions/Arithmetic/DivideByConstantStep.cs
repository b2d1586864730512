using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Divides integers by a positive constant, or takes the remainder, without dividing.</summary>
/// <remarks>A tile with values of 2^51 and more is divided one by one: nine times slower, and as rare as such values.</remarks>
internal sealed unsafe class DivideByConstantStep(int a, long divisor, bool remainder, Layout layout) : Step
{
    private readonly ConstantDivision _division = new(divisor);

    /// <summary>Tells whether the step is for integers of this layout.</summary>
    public static bool Takes(Layout layout, long divisor) =>
        layout is Layout.Int64 or Layout.Int32 && ConstantDivision.Takes(divisor);

    public override void Run(Frame frame)
    {
        ref Register source = ref frame[a];
        ref Register result = ref frame[Result];
        result.Valid = source.Valid;
        if (layout == Layout.Int32)
        {
            if (frame.Scalar)
            {
                Scalar((int*)source.Data, (int*)result.Data, frame.Rows);
            }
            else
            {
                Vector((int*)source.Data, (int*)result.Data, frame.Rows);
            }
        }
        else if (frame.Scalar || !Vector((long*)source.Data, (long*)result.Data, frame.Rows))
        {
            Scalar((long*)source.Data, (long*)result.Data, frame.Rows);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Vector(long* values, long* results, int rows)
    {
        ConstantDivision division = _division;
        Vector512<long> seen = Vector512<long>.Zero;
        bool wantsRemainder = remainder;
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> x = Vector512.Load(values + i);
            seen = ConstantDivision.Seen(seen, x);
            Vector512<double> quotient = division.Truncate(ConstantDivision.ToDouble(x), out Vector512<double> rest);
            ConstantDivision.ToInt64(wantsRemainder ? rest : quotient).Store(results + i);
        }

        return ConstantDivision.Fit(seen);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Vector(int* values, int* results, int rows)
    {
        ConstantDivision division = _division;
        bool wantsRemainder = remainder;
        for (int i = 0; i < rows; i += 16)
        {
            Vector512<int> x = Vector512.Load(values + i);
            Vector512.Narrow(
                Half(division, Vector512.WidenLower(x), wantsRemainder),
                Half(division, Vector512.WidenUpper(x), wantsRemainder)).Store(results + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> Half(in ConstantDivision division, Vector512<long> x, bool wantsRemainder)
    {
        Vector512<double> quotient = division.Truncate(ConstantDivision.ToDouble(x), out Vector512<double> rest);
        return ConstantDivision.ToInt64(wantsRemainder ? rest : quotient);
    }

    private void Scalar(long* values, long* results, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            results[i] = remainder ? values[i] % divisor : values[i] / divisor;
        }
    }

    private void Scalar(int* values, int* results, int rows)
    {
        for (int i = 0; i < rows; i++)
        {
            results[i] = (int)(remainder ? values[i] % divisor : values[i] / divisor);
        }
    }
}
