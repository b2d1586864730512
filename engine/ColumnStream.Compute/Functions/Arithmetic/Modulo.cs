using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Returns the remainder, which has the sign of the first value.</summary>
internal static class Modulo
{
    public static ScalarFunction Definition { get; } = new Function(
        "%",
        ["a % b", "MOD(a, b)"],
        "Returns the remainder, which has the sign of the first value.",
        "-7 % 3 = -1",
        Bind,
        Compile)
        .Cheap(static call => ArithmeticOperators.IsCheap(call)).With("MOD");

    // The remainder is smaller than the divisor, so of two whole numbers its type is the divisor's.
    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (ArithmeticOperators.BindNumbers(arguments, DecimalRules.Modulo) is not { } binding)
        {
            return null;
        }

        SqlType divisor = arguments[1];
        bool whole = IsWhole(arguments[0]) && IsWhole(divisor);
        return whole ? binding with { ReturnType = divisor.Materialized().WithNullable(binding.ReturnType.Nullable) } : binding;
    }

    private static bool IsWhole(SqlType type) => type.IsInteger || (type.Id == SqlTypeId.Decimal && type.Scale == 0);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType dividend = call.Arguments[0].Type;
        if (dividend.Id == SqlTypeId.Decimal)
        {
            SqlType exact = DecimalRules.Modulo(dividend, call.Arguments[1].Type);
            int remainder = ArithmeticOperators.CompileDecimal(
                compiler, call with { Type = exact }, branch, DecimalOperation.Modulo);
            return CastCompiler.Convert(compiler, remainder, exact, call.Type, isTry: false, branch, call.Location);
        }

        int a = compiler.Compile(call.Arguments[0], branch);
        Layout layout = Layouts.Of(call.Arguments[0].Type);
        if (ArithmeticOperators.Divisor(call) is { } divisor && DivideByConstantStep.Takes(layout, divisor))
        {
            return Narrowed(
                compiler,
                call,
                branch,
                compiler.Emit(new DivideByConstantStep(a, divisor, remainder: true, layout), layout, 0, call.Location));
        }

        int b = compiler.Compile(call.Arguments[1], branch);
        Step step = layout switch
        {
            Layout.Int8 => new RowStep<ModuloIntegerOp<sbyte>, sbyte, sbyte, sbyte>(a, b),
            Layout.Int16 => new RowStep<ModuloIntegerOp<short>, short, short, short>(a, b),
            Layout.Int32 => new RowStep<ModuloIntegerOp<int>, int, int, int>(a, b),
            Layout.Int64 => new RowStep<ModuloIntegerOp<long>, long, long, long>(a, b),
            Layout.Float32 => new RowStep<ModuloFloatOp<float>, float, float, float>(a, b),
            _ => new RowStep<ModuloFloatOp<double>, double, double, double>(a, b),
        };
        if (step is RowStep row && call.Type.IsInteger)
        {
            row.FailMessage = "Division by zero.";
        }

        return Narrowed(compiler, call, branch, compiler.Emit(step, layout, branch, call.Location));
    }

    private static int Narrowed(ProgramCompiler compiler, CallExpression call, int branch, int remainder)
    {
        var plan = new CastPlan(compiler, call.Arguments[0].Type, call.Type, null, branch, call.Location);
        return CastCompiler.Number(plan, remainder, Layouts.Of(call.Arguments[0].Type), Layouts.Of(call.Type));
    }
}
