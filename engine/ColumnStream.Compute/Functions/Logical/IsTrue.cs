using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Tells whether a truth value is TRUE; never UNKNOWN.</summary>
internal static class IsTrue
{
    public static ScalarFunction Definition { get; } = new Function(
        "IS TRUE",
        ["a IS TRUE"],
        "Tells whether a truth value is TRUE; never UNKNOWN.",
        "(1 = 1) IS TRUE",
        Bind,
        Compile).Cheap();

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && Parameter.Boolean.Accept(arguments[0]) is { } type
            ? new FunctionBinding([type], SqlType.Boolean.WithNullable(false))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => compiler.Emit(
        new BitTestStep(compiler.Compile(call.Arguments[0], branch), BitTest.True, negate: false),
        Layout.Bit,
        0,
        call.Location);
}
