using System.Text;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Tells whether text is made of letters; the empty text is not, nor are letters beyond 16 bits, as in Java.</summary>
internal readonly struct IsAlpha : IRowOp<Utf8, bool>
{
    public static ScalarFunction Definition { get; } = CharacterTest.Define<IsAlpha>(
        "IS_ALPHA", "Tells whether all characters of a text are letters; FALSE for NULL and the empty text.",
        "IS_ALPHA('abc') AND NOT IS_ALPHA('a1')", ofInteger: false, ofNumber: false);

    public static bool Apply(Frame frame, Utf8 a, out bool result)
    {
        result = CharacterTest.All(a.Span, static rune => rune.IsBmp && Rune.IsLetter(rune));
        return true;
    }
}
