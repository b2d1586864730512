using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Turns radians to degrees.</summary>
internal readonly struct Degrees : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Degrees, double, double>(
        "DEGREES(a)",
        "Turns radians to degrees.",
        "DEGREES(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = a * 57.29577951308232;
        return true;
    }
}
