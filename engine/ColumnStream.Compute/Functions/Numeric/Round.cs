namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Rounds to a number of places, halves away from zero.</summary>
internal static class Round
{
    public static ScalarFunction Definition { get; } = new Function(
        "ROUND",
        ["ROUND(a [, places])"],
        "Rounds to a number of places, halves away from zero.",
        "ROUND(2.5) = 3",
        static arguments => RoundTypes.Bind(arguments, places: null),
        static (compiler, call, branch) => RoundKernel.Compile(compiler, call, branch, Rounding.HalfUp))
        .With(RoundTypes.Bind);
}
