using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the square root.</summary>
internal readonly struct Sqrt : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sqrt, double, double>(
        "SQRT(a)",
        "Returns the square root.",
        "SQRT(4) = 2",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Sqrt(a);
        return true;
    }
}
