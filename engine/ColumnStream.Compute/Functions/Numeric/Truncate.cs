namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Cuts off the digits behind a number of places.</summary>
internal static class Truncate
{
    public static ScalarFunction Definition { get; } = new Function(
        "TRUNCATE",
        ["TRUNCATE(a [, places])"],
        "Cuts off the digits behind a number of places.",
        "TRUNCATE(2.57, 1) = 2.5",
        static arguments => RoundTypes.Bind(arguments, places: null),
        static (compiler, call, branch) => RoundKernel.Compile(compiler, call, branch, Rounding.Truncate))
        .With(RoundTypes.Bind);
}
