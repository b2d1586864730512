using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Tells whether a value is NULL.</summary>
internal static class IsNull
{
    public static ScalarFunction Definition { get; } = new Function(
        "IS NULL",
        ["a IS NULL", "a IS UNKNOWN"],
        "Tells whether a value is NULL.",
        "CAST(NULL AS INT) IS NULL",
        Bind,
        Compile).Cheap().With("IS UNKNOWN");

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length != 1 ? null : new FunctionBinding(
            [arguments[0].Id == SqlTypeId.Null ? SqlType.Boolean : arguments[0]], SqlType.Boolean.WithNullable(false));

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => compiler.Emit(
        new BitTestStep(compiler.CompileInPlace(call.Arguments[0], branch), BitTest.Valid, negate: true),
        Layout.Bit,
        0,
        call.Location);
}
