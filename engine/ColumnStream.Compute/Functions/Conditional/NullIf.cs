using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Makes one value NULL.</summary>
internal static class NullIf
{
    public static ScalarFunction Definition { get; } = new Function(
        "NULLIF",
        ["NULLIF(a, b)"],
        "Returns NULL where both are equal, else the first.",
        "NULLIF(1, 1) IS NULL",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && Comparison.CompareOperators.BindEqual(arguments) is { } binding
            ? new FunctionBinding(binding.ParameterTypes, binding.ParameterTypes[0].WithNullable(true))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var equal = new CallExpression("=", call.Arguments, SqlType.Boolean) { Location = call.Location };
        var choice = new CaseExpression(
            [new CaseBranch(equal, new LiteralExpression(null, call.Type))], call.Arguments[0], call.Type)
        {
            Location = call.Location,
        };
        return compiler.Compile(choice, branch);
    }
}
