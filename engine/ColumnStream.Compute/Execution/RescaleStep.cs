using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Compute.Execution;

/// <summary>Takes digits off 64-bit decimals, rounding half away from zero; NULL where the rest has too many digits.</summary>
internal sealed unsafe class RescaleStep(int a, long divisor, long limit) : Step
{
    private readonly ConstantDivision _division = new(divisor);

    public override void Run(Frame frame)
    {
        ref Register source = ref frame[a];
        ref Register result = ref frame[Result];
        result.Valid = source.Valid;
        if (frame.Scalar || !Vector((long*)source.Data, (long*)result.Data, frame.Rows))
        {
            Scalar(frame, (long*)source.Data, (long*)result.Data);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Vector(long* values, long* results, int rows)
    {
        ConstantDivision division = _division;
        Vector512<double> half = Vector512.Create((double)(divisor / 2));
        Vector512<double> most = Vector512.Create((double)limit);
        Vector512<double> minus = Vector512.Create(-0.0);
        Vector512<double> over = Vector512<double>.Zero;
        Vector512<long> seen = Vector512<long>.Zero;
        for (int i = 0; i < rows; i += 8)
        {
            Vector512<long> x = Vector512.Load(values + i);
            seen = ConstantDivision.Seen(seen, x);
            Vector512<double> value = ConstantDivision.ToDouble(x);
            Vector512<double> sign = value & minus;
            Vector512<double> quotient = division.Floor((value ^ sign) + half, out _);
            over |= Vector512.GreaterThanOrEqual(quotient, most);
            ConstantDivision.ToInt64(quotient ^ sign).Store(results + i);
        }

        return ConstantDivision.Fit(seen) && over.AsInt64() == Vector512<long>.Zero;
    }

    private void Scalar(Frame frame, long* values, long* results)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            results[row] = (long)DecimalCasts.DivideRounded(values[row], divisor);
            if (results[row] >= limit || results[row] <= -limit)
            {
                Bitmap.Clear(frame.OwnValid(Result), row);
                results[row] = 0;
            }
        }
    }
}
