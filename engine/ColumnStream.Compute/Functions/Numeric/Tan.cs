using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the tangent.</summary>
internal readonly struct Tan : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Tan, double, double>(
        "TAN(a)",
        "Returns the tangent.",
        "TAN(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Tan(a);
        return true;
    }
}
