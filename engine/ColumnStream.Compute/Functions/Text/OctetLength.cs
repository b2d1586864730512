using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the number of bytes.</summary>
internal readonly struct OctetLength : IRowOp<Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<OctetLength, Utf8, int>(
        "OCTET_LENGTH(s)",
        "Returns the number of bytes.",
        "OCTET_LENGTH('abc') = 3",
        Parameter.TextOrBinary,
        SqlType.Integer).With("LENGTH");

    public static bool Apply(Frame frame, Utf8 a, out int result)
    {
        result = a.Length;
        return true;
    }
}
