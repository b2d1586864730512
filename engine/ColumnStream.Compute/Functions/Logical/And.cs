using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Joins truth values by three-valued AND; what the left side decides is not computed on the right.</summary>
internal static class And
{
    public static ScalarFunction Definition { get; } = new Function(
        "AND",
        ["a AND b"],
        "Joins truth values; UNKNOWN where it could be either.",
        "TRUE AND TRUE",
        Bind,
        Compile).Cheap();

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => LogicalOperators.Bind(arguments);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int result = compiler.Compile(call.Arguments[0], branch);
        for (int i = 1; i < call.Arguments.Count; i++)
        {
            BoundExpression next = call.Arguments[i];
            int open = compiler.IsDear(next) ? compiler.Branch(result, BitTest.False, negate: true, branch) : branch;
            int right = compiler.Compile(next, open);
            result = compiler.Emit(new KleeneStep(result, right, isAnd: true), Layout.Bit, 0, call.Location);
        }

        return result;
    }
}
