using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the cotangent.</summary>
internal readonly struct Cot : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Cot, double, double>(
        "COT(a)",
        "Returns the cotangent.",
        "COT(1) > 0.642",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = 1 / Math.Tan(a);
        return true;
    }
}
