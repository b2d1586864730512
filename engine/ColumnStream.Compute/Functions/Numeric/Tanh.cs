using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the hyperbolic tangent.</summary>
internal readonly struct Tanh : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Tanh, double, double>(
        "TANH(a)",
        "Returns the hyperbolic tangent.",
        "TANH(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Tanh(a);
        return true;
    }
}
