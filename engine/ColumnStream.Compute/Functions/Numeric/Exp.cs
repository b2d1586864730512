using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns e to a power.</summary>
internal readonly struct Exp : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Exp, double, double>(
        "EXP(a)",
        "Returns e to a power.",
        "EXP(0) = 1",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = Math.Exp(a);
        return true;
    }
}
