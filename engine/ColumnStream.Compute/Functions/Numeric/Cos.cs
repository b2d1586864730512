using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the cosine.</summary>
internal readonly struct Cos : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Cos, double, double>(
        "COS(a)",
        "Returns the cosine.",
        "COS(0) = 1",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Cos(a);
        return true;
    }
}
