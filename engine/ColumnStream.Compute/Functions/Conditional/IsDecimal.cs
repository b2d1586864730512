using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Tells whether text can be read as a number, as CAST to DOUBLE would; numbers can.</summary>
internal readonly struct IsDecimal : IRowOp<Utf8, bool>
{
    public static ScalarFunction Definition { get; } = CharacterTest.Define<IsDecimal>(
        "IS_DECIMAL", "Tells whether a text can be read as a number; FALSE for NULL and the empty text.",
        "IS_DECIMAL('-1.5e3') AND NOT IS_DECIMAL('abc')", ofInteger: true, ofNumber: true);

    public static bool Apply(Frame frame, Utf8 a, out bool result)
    {
        result = NumberText.TryParse(CastText.Number(a.Span), out double _);
        return true;
    }
}
