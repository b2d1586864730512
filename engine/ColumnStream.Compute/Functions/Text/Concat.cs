using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Joins two texts or byte strings in the arena.</summary>
internal readonly struct Concat : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = new Function(
        "CONCAT",
        ["CONCAT(a, b, …)"],
        "Joins texts; NULL if any is NULL.",
        "CONCAT('a', 'b', 'c') = 'abc'",
        Bind,
        Compile);

    public static unsafe bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        int length = a.Length + b.Length;
        var target = new Span<byte>(frame.Reserve(length + 16), length);
        a.Span.CopyTo(target);
        b.Span.CopyTo(target[a.Length..]);
        result = frame.Commit(length);
        return true;
    }

    internal static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        var parameters = new Parameter[arguments.Length];
        System.Array.Fill(parameters, Parameter.Text);
        return arguments.IsEmpty ? null : Function.Bind(arguments, parameters, SqlType.String, false);
    }

    internal static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int result = compiler.Compile(call.Arguments[0], branch);
        for (int i = 1; i < call.Arguments.Count; i++)
        {
            int next = compiler.Compile(call.Arguments[i], branch);
            result = compiler.Emit(
                new RowStep<Concat, Utf8, Utf8, Utf8>(result, next), Layout.View, branch, call.Location);
        }

        return result;
    }
}
