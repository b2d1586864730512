using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the angle that has a tangent.</summary>
internal readonly struct Atan : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Atan, double, double>(
        "ATAN(a)",
        "Returns the angle that has a tangent.",
        "ATAN(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Atan(a);
        return true;
    }
}
