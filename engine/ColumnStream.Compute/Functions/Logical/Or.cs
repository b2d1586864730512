using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Joins truth values by three-valued OR; what the left side decides is not computed on the right.</summary>
internal static class Or
{
    public static ScalarFunction Definition { get; } = new Function(
        "OR",
        ["a OR b"],
        "Joins truth values; UNKNOWN where it could be either.",
        "FALSE OR TRUE",
        Bind,
        Compile).Cheap();

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) => LogicalOperators.Bind(arguments);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int result = compiler.Compile(call.Arguments[0], branch);
        for (int i = 1; i < call.Arguments.Count; i++)
        {
            BoundExpression next = call.Arguments[i];
            int open = compiler.IsDear(next) ? compiler.Branch(result, BitTest.True, negate: true, branch) : branch;
            int right = compiler.Compile(next, open);
            result = compiler.Emit(new KleeneStep(result, right, isAnd: false), Layout.Bit, 0, call.Location);
        }

        return result;
    }
}
