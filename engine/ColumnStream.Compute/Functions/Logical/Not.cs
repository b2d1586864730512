using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Negates a truth value.</summary>
internal static class Not
{
    public static ScalarFunction Definition { get; } = new Function(
        "NOT", ["NOT a"], "Negates; UNKNOWN stays UNKNOWN.", "NOT FALSE", Bind, Compile).Cheap();

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && Parameter.Boolean.Accept(arguments[0]) is { } type
            ? new FunctionBinding([type], type) : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        compiler.Emit(new NotStep(compiler.Compile(call.Arguments[0], branch)), Layout.Bit, 0, call.Location);
}
