using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the logarithm to base 2, as the quotient of natural logarithms.</summary>
internal readonly struct Log2 : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Log2, double, double>(
        "LOG2(a)",
        "Returns the logarithm to base 2, as the quotient of natural logarithms.",
        "LOG2(8) = 3",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Log(a) / Math.Log(2);
        return true;
    }
}
