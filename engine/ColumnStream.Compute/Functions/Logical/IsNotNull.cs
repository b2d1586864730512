using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Tells whether a value is not NULL.</summary>
internal static class IsNotNull
{
    public static ScalarFunction Definition { get; } = new Function(
        "IS NOT NULL",
        ["a IS NOT NULL", "a IS NOT UNKNOWN"],
        "Tells whether a value is not NULL.",
        "1 IS NOT NULL",
        Bind,
        Compile).Cheap().With("IS NOT UNKNOWN");

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length != 1 ? null : new FunctionBinding(
            [arguments[0].Id == SqlTypeId.Null ? SqlType.Boolean : arguments[0]], SqlType.Boolean.WithNullable(false));

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => compiler.Emit(
        new BitTestStep(compiler.CompileInPlace(call.Arguments[0], branch), BitTest.Valid, negate: false),
        Layout.Bit,
        0,
        call.Location);
}
