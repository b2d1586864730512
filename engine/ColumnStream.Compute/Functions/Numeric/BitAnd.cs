using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Returns the bits that both integers have.</summary>
internal readonly struct BitAnd : IRowOp<long, long, long>
{
    public static ScalarFunction Definition { get; } = Function.Row<BitAnd, long, long, long>(
        "BITAND(a, b)",
        "Returns the bits that both integers have.",
        "BITAND(12, 10) = 8",
        Parameter.BigInt,
        Parameter.BigInt,
        SqlType.BigInt);

    public static bool Apply(Frame frame, long a, long b, out long result)
    {
        result = a & b;
        return true;
    }
}
