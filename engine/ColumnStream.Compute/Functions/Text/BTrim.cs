using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Strips characters of a set off both ends; spaces by default.</summary>
internal readonly struct BTrim : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<BTrim, Utf8, Utf8, Utf8>(
        "BTRIM(s [, characters])",
        "Strips characters of a set off both ends; spaces by default.",
        "BTRIM('xax', 'x') = 'a'",
        Parameter.Text,
        Parameter.Text.Or(" "),
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = TrimKernel.Run(a, b.Span, leading: true, trailing: true);
        return true;
    }
}
