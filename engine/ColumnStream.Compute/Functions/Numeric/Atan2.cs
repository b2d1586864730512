using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the angle of the point (x, y).</summary>
internal readonly struct Atan2 : IRowOp<double, double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Atan2, double, double, double>(
        "ATAN2(y, x)",
        "Returns the angle of the point (x, y).",
        "ATAN2(0, 1) = 0",
        Parameter.Double,
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, double b, out double result)
    {
        result = Math.Atan2(a, b);
        return true;
    }
}
