using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Joins two texts or byte strings in the arena.</summary>
internal static class Concat
{
    public static ScalarFunction Definition { get; } = new Function(
        "CONCAT",
        ["CONCAT(a, b, …)"],
        "Joins texts; NULL if any is NULL.",
        "CONCAT('a', 'b', 'c') = 'abc'",
        Bind,
        Compile);

    internal static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        var parameters = new Parameter[arguments.Length];
        System.Array.Fill(parameters, Parameter.Text);
        return arguments.IsEmpty ? null : Function.Bind(arguments, parameters, SqlType.String, false);
    }

    internal static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Arguments.Count == 1)
        {
            return compiler.Compile(call.Arguments[0], branch);
        }

        var parts = new int[call.Arguments.Count];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = compiler.Compile(call.Arguments[i], branch);
        }

        return compiler.Emit(new ConcatStep(parts), Layout.View, branch, call.Location);
    }
}
