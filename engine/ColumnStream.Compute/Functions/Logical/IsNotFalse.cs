using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Tells whether a truth value is TRUE or UNKNOWN.</summary>
internal static class IsNotFalse
{
    public static ScalarFunction Definition { get; } = new Function(
        "IS NOT FALSE",
        ["a IS NOT FALSE"],
        "Tells whether a truth value is TRUE or UNKNOWN.",
        "(1 = 1) IS NOT FALSE",
        Bind,
        Compile).Cheap();

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && Parameter.Boolean.Accept(arguments[0]) is { } type
            ? new FunctionBinding([type], SqlType.Boolean.WithNullable(false))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => compiler.Emit(
        new BitTestStep(compiler.Compile(call.Arguments[0], branch), BitTest.False, negate: true),
        Layout.Bit,
        0,
        call.Location);
}
