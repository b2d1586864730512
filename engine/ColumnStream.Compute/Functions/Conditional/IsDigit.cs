using System.Text;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Tells whether text is made of digits, of any script; integers are, the empty text is not.</summary>
internal readonly struct IsDigit : IRowOp<Utf8, bool>
{
    public static ScalarFunction Definition { get; } = CharacterTest.Define<IsDigit>(
        "IS_DIGIT", "Tells whether all characters of a text are digits; FALSE for NULL and the empty text.",
        "IS_DIGIT('123') AND NOT IS_DIGIT('1.5')", ofInteger: true, ofNumber: false);

    public static bool Apply(Frame frame, Utf8 a, out bool result)
    {
        result = CharacterTest.All(a.Span, static rune => rune.IsBmp && Rune.IsDigit(rune));
        return true;
    }
}
