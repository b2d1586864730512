using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Strips characters of a set off the start; spaces by default.</summary>
internal readonly struct LTrim : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<LTrim, Utf8, Utf8, Utf8>(
        "LTRIM(s [, characters])",
        "Strips characters of a set off the start; spaces by default.",
        "LTRIM(' a') = 'a'",
        Parameter.Text,
        Parameter.Text.Or(" "),
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = TrimKernel.Run(a, b.Span, leading: true, trailing: false);
        return true;
    }
}
