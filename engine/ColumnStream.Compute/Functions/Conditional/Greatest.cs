using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Returns the largest value; NULL if any is NULL.</summary>
internal static class Greatest
{
    public static ScalarFunction Definition { get; } = new Function(
        "GREATEST",
        ["GREATEST(a, b, …)"],
        "Returns the largest value; NULL if any is NULL.",
        "GREATEST(1, 3, 2) = 3",
        Extremes.Bind,
        Compile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        Extremes.Compile(compiler, call, branch, ">=");
}
