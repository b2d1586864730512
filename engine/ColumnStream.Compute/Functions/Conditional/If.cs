using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Conditional;

/// <summary>Chooses between two values by a condition.</summary>
internal static class If
{
    public static ScalarFunction Definition { get; } = new Function(
        "IF",
        ["IF(condition, a, b)"],
        "Returns the first value where the condition is TRUE, else the second.",
        "IF(1 < 2, 'a', 'b') = 'a'",
        Bind,
        Compile).Cheap(static call => Layouts.Of(call.Type) < Layout.Int128);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 3 || Parameter.Boolean.Accept(arguments[0]) is not { } condition
            || TypeCoercion.CommonType(arguments[1], arguments[2]) is not { } common)
        {
            return null;
        }

        SqlType type = common.Materialized();
        return new FunctionBinding([condition, type, type], type);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var choice = new CaseExpression(
            [new CaseBranch(call.Arguments[0],
                call.Arguments[1])], call.Arguments[2], call.Type) { Location = call.Location };
        return compiler.Compile(choice, branch);
    }
}
