using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Turns degrees to radians.</summary>
internal readonly struct Radians : IRowOp<double, double>
{
    public static ScalarFunction Definition { get; } = Function.Row<Radians, double, double>(
        "RADIANS(a)",
        "Turns degrees to radians.",
        "RADIANS(0) = 0",
        Parameter.Double,
        SqlType.Double);

    public static bool Apply(Frame frame, double a, out double result)
    {
        result = a * 0.017453292519943295;
        return true;
    }
}
