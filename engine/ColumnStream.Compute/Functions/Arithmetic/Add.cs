using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Adds numbers, and intervals to dates, times and timestamps.</summary>
internal static class Add
{
    public static ScalarFunction Definition { get; } = new Function(
        "+",
        ["a + b", "time + interval"],
        "Adds two numbers, or an interval to a point in time.",
        "1 + 2 = 3",
        Bind,
        Compile)
        .Cheap(static call => ArithmeticOperators.IsCheap(call));

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        ArithmeticOperators.BindNumbers(arguments, DecimalRules.Add) ?? IntervalArithmetic.BindAdd(arguments);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Type.Id == SqlTypeId.Decimal)
        {
            return ArithmeticOperators.CompileDecimal(compiler, call, branch, DecimalOperation.Add);
        }

        return call.Type.IsNumeric
            ? Emit(compiler, call, compiler.Compile(call.Arguments[0], branch),
                compiler.Compile(call.Arguments[1], branch))
            : IntervalArithmetic.Compile(compiler, call, branch, negate: false);
    }

    private static int Emit(ProgramCompiler compiler, CallExpression call, int a, int b)
    {
        Layout layout = Layouts.Of(call.Type);
        Step step = layout switch
        {
            Layout.Int8 => new BinaryStep<AddOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new BinaryStep<AddOp<short>, short>(a, b),
            Layout.Int32 => new BinaryStep<AddOp<int>, int>(a, b),
            Layout.Int64 => new BinaryStep<AddOp<long>, long>(a, b),
            Layout.Float32 => new BinaryStep<AddOp<float>, float>(a, b),
            Layout.Float64 => new BinaryStep<AddOp<double>, double>(a, b),
            _ => throw new NotSupportedException($"Type has no arithmetic: {call.Type}."),
        };
        return compiler.Emit(step, layout, 0, call.Location);
    }
}
