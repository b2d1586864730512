using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the angle that has a sine.</summary>
internal readonly struct Asin : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Asin, double, double>(
        "ASIN(a)",
        "Returns the angle that has a sine.",
        "ASIN(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Asin(a);
        return true;
    }
}
