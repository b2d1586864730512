using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the hyperbolic cosine.</summary>
internal readonly struct Cosh : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Cosh, double, double>(
        "COSH(a)",
        "Returns the hyperbolic cosine.",
        "COSH(0) = 1",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Cosh(a);
        return true;
    }
}
