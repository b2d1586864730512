using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the hyperbolic sine.</summary>
internal readonly struct Sinh : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sinh, double, double>(
        "SINH(a)",
        "Returns the hyperbolic sine.",
        "SINH(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Sinh(a);
        return true;
    }
}
