using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the angle that has a cosine.</summary>
internal readonly struct Acos : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Acos, double, double>(
        "ACOS(a)",
        "Returns the angle that has a cosine.",
        "ACOS(1) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Acos(a);
        return true;
    }
}
