using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the sine.</summary>
internal readonly struct Sin : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sin, double, double>(
        "SIN(a)",
        "Returns the sine.",
        "SIN(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Sin(a);
        return true;
    }
}
