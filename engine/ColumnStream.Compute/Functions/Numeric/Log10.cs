using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the logarithm to base 10.</summary>
internal readonly struct Log10 : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Log10, double, double>(
        "LOG10(a)",
        "Returns the logarithm to base 10.",
        "LOG10(100) = 2",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Log10(a);
        return true;
    }
}
