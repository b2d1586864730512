using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Tells whether text begins with a part, or bytes with bytes.</summary>
internal readonly struct StartsWith : IRowOp<Utf8, Utf8, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<StartsWith, Utf8, Utf8, bool>(
        "STARTSWITH(s, part)",
        "Tells whether text begins with a part, or bytes with bytes.",
        "STARTSWITH('hello', 'he')",
        Parameter.TextOrBinary,
        Parameter.TextOrBinary,
        SqlType.Boolean).WhereTypes(Parameter.AreOneKind);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Span.StartsWith(b.Span);
        return true;
    }
}
