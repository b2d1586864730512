using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Multiplies numbers, and intervals by integers.</summary>
internal static class Multiply
{
    public static ScalarFunction Definition { get; } = new Function(
        "*",
        ["a * b", "interval * n"],
        "Multiplies two numbers, or an interval by an integer.",
        "2 * 3 = 6",
        Bind,
        Compile)
        .Cheap(static call => ArithmeticOperators.IsCheap(call));

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        ArithmeticOperators.BindNumbers(arguments, DecimalRules.Multiply) ?? IntervalArithmetic.BindMultiply(arguments);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        call.Type.Id == SqlTypeId.Decimal
            ? ArithmeticOperators.CompileDecimal(compiler, call, branch, DecimalOperation.Multiply)
            : Emit(compiler, call, compiler.Compile(call.Arguments[0], branch),
                compiler.Compile(call.Arguments[1], branch));

    private static int Emit(ProgramCompiler compiler, CallExpression call, int a, int b)
    {
        Layout layout = Layouts.Of(call.Type);
        Step step = layout switch
        {
            Layout.Int8 => new BinaryStep<MultiplyOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new BinaryStep<MultiplyOp<short>, short>(a, b),
            Layout.Int32 => new BinaryStep<MultiplyOp<int>, int>(a, b),
            Layout.Int64 => new BinaryStep<MultiplyOp<long>, long>(a, b),
            Layout.Float32 => new BinaryStep<MultiplyOp<float>, float>(a, b),
            Layout.Float64 => new BinaryStep<MultiplyOp<double>, double>(a, b),
            _ => throw new NotSupportedException($"Type has no arithmetic: {call.Type}."),
        };
        return compiler.Emit(step, layout, 0, call.Location);
    }
}
