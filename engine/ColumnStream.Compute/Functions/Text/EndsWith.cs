using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Tells whether text ends with a part, or bytes with bytes.</summary>
internal readonly struct EndsWith : IRowOp<Utf8, Utf8, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<EndsWith, Utf8, Utf8, bool>(
        "ENDSWITH(s, part)",
        "Tells whether text ends with a part, or bytes with bytes.",
        "ENDSWITH('hello', 'lo')",
        Parameter.TextOrBinary,
        Parameter.TextOrBinary,
        SqlType.Boolean).WhereTypes(Parameter.AreOneKind);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = a.Span.EndsWith(b.Span);
        return true;
    }
}
