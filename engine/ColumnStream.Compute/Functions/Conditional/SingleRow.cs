using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Checks that a query which is used as a value gave at most one row.</summary>
internal readonly struct SingleRow : IRowOp<long, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<SingleRow, long, bool>(
        "SINGLE_ROW(count)", "Returns TRUE for at most one row and fails for more: what a query as a value may give.",
        "SINGLE_ROW(1)", Parameter.BigInt, SqlType.Boolean).FailingWith(
        "A query that is used as a value gave more than one row.");

    public static bool Apply(Frame frame, long a, out bool result)
    {
        result = true;
        return a <= 1;
    }
}
