using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Strips characters of a set off the end; spaces by default.</summary>
internal readonly struct RTrim : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RTrim, Utf8, Utf8, Utf8>(
        "RTRIM(s [, characters])",
        "Strips characters of a set off the end; spaces by default.",
        "RTRIM('a ') = 'a'",
        Parameter.Text,
        Parameter.Text.Or(" "),
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = TrimKernel.Run(a, b.Span, leading: false, trailing: true);
        return true;
    }
}
