using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Returns the smallest value; NULL if any is NULL.</summary>
internal static class Least
{
    public static ScalarFunction Definition { get; } = new Function(
        "LEAST",
        ["LEAST(a, b, …)"],
        "Returns the smallest value; NULL if any is NULL.",
        "LEAST(3, 1, 2) = 1",
        Extremes.Bind,
        Compile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        Extremes.Compile(compiler, call, branch, "<=");
}
