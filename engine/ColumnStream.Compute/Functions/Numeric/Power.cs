using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns a to the power b.</summary>
internal readonly struct Power : IRowOp<double, double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Power, double, double, double>(
        "POWER(a, b)",
        "Returns a to the power b.",
        "POWER(2, 3) = 8",
        Parameter.Double,
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, double b, out double result)
    {
        result = Math.Pow(a, b);
        return true;
    }
}
