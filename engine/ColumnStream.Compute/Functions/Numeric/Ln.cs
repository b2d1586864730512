using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the natural logarithm.</summary>
internal readonly struct Ln : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Ln, double, double>(
        "LN(a)",
        "Returns the natural logarithm.",
        "LN(1) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Log(a);
        return true;
    }
}
