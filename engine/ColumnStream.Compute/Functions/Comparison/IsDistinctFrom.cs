using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tells whether values differ; NULL equals NULL.</summary>
internal static class IsDistinctFrom
{
    public static ScalarFunction Definition { get; } = new Function(
        "IS DISTINCT FROM",
        ["a IS DISTINCT FROM b"],
        "Tells whether values differ; NULL equals NULL.",
        "1 IS DISTINCT FROM 2",
        Bind,
        Compile).Cheap(CompareOperators.IsCheap);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        CompareOperators.BindEqual(arguments) is { } binding
            ? binding with { ReturnType = SqlType.Boolean.WithNullable(false) }
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int a = compiler.Compile(call.Arguments[0], branch);
        int b = compiler.Compile(call.Arguments[1], branch);
        int equal = CompareOperators.Equal(compiler, a, b, call.Arguments[0].Type, call.Location);
        return compiler.Emit(new DistinctStep(a, b, equal, distinct: true), Layout.Bit, 0, call.Location);
    }
}
