using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Tells whether text begins with a part.</summary>
internal readonly struct StartsWith : IRowOp<Utf8, Utf8, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<StartsWith, Utf8, Utf8, bool>(
        "STARTSWITH(s, part)",
        "Tells whether text begins with a part.",
        "STARTSWITH('hello', 'he')",
        Parameter.TextOrBinary,
        Parameter.TextOrBinary,
        SqlType.Boolean);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Span.StartsWith(b.Span);
        return true;
    }
}
