using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Divides; integers truncate, and an exact zero divisor fails.</summary>
internal static class Divide
{
    public static ScalarFunction Definition { get; } = new Function(
        "/", ["a / b"], "Divides; integers truncate, and an exact zero divisor fails.", "7 / 2 = 3", Bind, Compile)
        .Cheap(static call => ArithmeticOperators.IsCheap(call));

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        ArithmeticOperators.BindNumbers(arguments, DecimalRules.Divide);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Type.Id == SqlTypeId.Decimal)
        {
            return ArithmeticOperators.CompileDecimal(compiler, call, branch, DecimalOperation.Divide);
        }

        int a = compiler.Compile(call.Arguments[0], branch);
        Layout layout = Layouts.Of(call.Arguments[0].Type);
        if (ArithmeticOperators.Divisor(call) is { } divisor && DivideByConstantStep.Takes(layout, divisor))
        {
            return compiler.Emit(new DivideByConstantStep(a, divisor, remainder: false, layout), layout, 0, call.Location);
        }

        int b = compiler.Compile(call.Arguments[1], branch);
        Step step = layout switch
        {
            Layout.Int8 => new RowStep<DivideIntegerOp<sbyte>, sbyte, sbyte, sbyte>(a, b),
            Layout.Int16 => new RowStep<DivideIntegerOp<short>, short, short, short>(a, b),
            Layout.Int32 => new RowStep<DivideIntegerOp<int>, int, int, int>(a, b),
            Layout.Int64 => new RowStep<DivideIntegerOp<long>, long, long, long>(a, b),
            Layout.Float32 => new BinaryStep<DivideFloatOp<float>, float>(a, b),
            _ => new BinaryStep<DivideFloatOp<double>, double>(a, b),
        };
        if (step is RowStep row && call.Type.IsInteger)
        {
            row.FailMessage = "Division by zero.";
        }

        return compiler.Emit(step, layout, branch, call.Location);
    }
}
