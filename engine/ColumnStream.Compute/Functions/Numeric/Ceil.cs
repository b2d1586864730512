using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions.Temporal;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Rounds a number up to an integer, or a point in time up to a unit.</summary>
internal static class Ceil
{
    public static ScalarFunction Definition { get; } = new Function(
        "CEIL",
        ["CEIL(a)", "CEIL(time TO unit)"],
        "Rounds a number up to an integer, or a point in time up to a unit.",
        "CEIL(2.1) = 3",
        Floor.Bind,
        Compile).With("CEILING").With(RoundTime.Check);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => call.Arguments.Count == 2
        ? RoundTime.Compile(compiler, call, branch, up: true)
        : RoundKernel.Compile(compiler, call, branch, Rounding.Ceiling);
}
