using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>
/// Binds and compiles numeric + − × ÷ and remainder; the operators' files add what they do to temporal values.
/// </summary>
internal static class ArithmeticOperators
{
    /// <summary>Binds two numbers: integers and floats to their common type, exact mixes to decimals.</summary>
    public static FunctionBinding? BindNumbers(ReadOnlySpan<SqlType> arguments,
        Func<SqlType, SqlType, SqlType> decimals)
    {
        if (arguments.Length != 2)
        {
            return null;
        }

        SqlType left = arguments[0].Id == SqlTypeId.Null ? arguments[1].WithNullable(true) : arguments[0];
        SqlType right = arguments[1].Id == SqlTypeId.Null ? arguments[0].WithNullable(true) : arguments[1];
        left = left.Id == SqlTypeId.Null ? SqlType.Integer : left;
        right = right.Id == SqlTypeId.Null ? SqlType.Integer : right;
        if (!left.IsNumeric || !right.IsNumeric)
        {
            return null;
        }

        bool nullable = left.Nullable || right.Nullable;
        SqlType common = TypeCoercion.CommonType(left, right)!;
        if (common.Id == SqlTypeId.Decimal)
        {
            SqlType a = DecimalRules.Of(left);
            SqlType b = DecimalRules.Of(right);
            return new FunctionBinding([a, b], decimals(a, b));
        }

        return new FunctionBinding(
            [common.WithNullable(left.Nullable), common.WithNullable(right.Nullable)], common.WithNullable(nullable));
    }

    /// <summary>
    /// Compiles the operands of a decimal operation and its kernel, in int64 vectors where the digits fit.
    /// </summary>
    public static int CompileDecimal(ProgramCompiler compiler, CallExpression call, int branch,
        DecimalOperation operation)
    {
        int a = Operand(compiler, call.Arguments[0], branch, out Layout layoutA);
        int b = Operand(compiler, call.Arguments[1], branch, out Layout layoutB);
        SqlType typeA = call.Arguments[0].Type;
        SqlType typeB = call.Arguments[1].Type;
        if (layoutA == Layout.Int64 && layoutB == Layout.Int64 && IsVector(call, operation))
        {
            int common = Math.Max(typeA.Scale, typeB.Scale);
            return operation switch
            {
                DecimalOperation.Multiply => Emit<MultiplyOp<long>>(compiler, call, a, b),
                DecimalOperation.Add => Emit<AddOp<long>>(
                    compiler, call, Scaled(compiler, call, a, common - typeA.Scale), Scaled(compiler, call, b,
                        common - typeB.Scale)),
                _ => Emit<SubtractOp<long>>(
                    compiler, call, Scaled(compiler, call, a, common - typeA.Scale), Scaled(compiler, call, b,
                        common - typeB.Scale)),
            };
        }

        if (layoutA == Layout.Int64 && layoutB == Layout.Int64 && operation == DecimalOperation.Multiply
            && Layouts.Of(call.Type) == Layout.Int128 && call.Type.Scale == typeA.Scale + typeB.Scale
            && call.Type.Precision >= typeA.Precision + typeB.Precision)
        {
            return compiler.Emit(
                new WideProductStep(a, b, Constant(call.Arguments[0]), Constant(call.Arguments[1])),
                Layout.Int128,
                0,
                call.Location);
        }

        var step = new DecimalStep(operation, a, layoutA, typeA, b, layoutB, typeB, call.Type);
        return compiler.Emit(step, Layouts.Of(call.Type), branch, call.Location);
    }

    /// <summary>Tells whether an arithmetic call runs as vector steps that cannot fail.</summary>
    public static bool IsCheap(CallExpression call) => call.Type.Id == SqlTypeId.Decimal
        ? call.Function is "+" or "-" or "*" && IsVector(
            call, call.Function == "*" ? DecimalOperation.Multiply : DecimalOperation.Add)
        : call.Type.IsApproximate ? call.Function != "%"
        : call.Type.IsInteger && (call.Function is "+" or "-" or "*"
            || (Divisor(call) is { } divisor
                && DivideByConstantStep.Takes(Layouts.Of(call.Arguments[0].Type), divisor)));

    public static int Emit<TOp>(ProgramCompiler compiler, CallExpression call, int a, int b)
        where TOp : struct, IBinaryOp<long> =>
        compiler.Emit(new BinaryStep<TOp, long>(a, b), Layout.Int64, 0, call.Location);

    /// <summary>Returns a constant register of BIGINT.</summary>
    public static int Int64(ProgramCompiler compiler, long value) =>
        compiler.Constant(Literals.Int64(value));

    /// <summary>Returns the constant that integers are divided by, if it is one.</summary>
    public static long? Divisor(CallExpression call) => call.Arguments[1].Type.IsInteger ? Constant(call.Arguments[1]) : null;

    private static long? Constant(BoundExpression operand) =>
        operand is LiteralExpression { Value: { } text } && long.TryParse(text, out long value) ? value : null;

    // Results of at most 18 digits fit int64 exactly: no overflow, no rounding.
    private static bool IsVector(CallExpression call, DecimalOperation operation)
    {
        SqlType a = call.Arguments[0].Type;
        SqlType b = call.Arguments[1].Type;
        return a.Precision <= 18 && b.Precision <= 18 && call.Type.Precision <= 18 && operation switch
        {
            DecimalOperation.Multiply => call.Type.Scale == a.Scale + b.Scale,
            DecimalOperation.Add or DecimalOperation.Subtract => call.Type.Scale == Math.Max(a.Scale, b.Scale),
            _ => false,
        };
    }

    private static int Scaled(ProgramCompiler compiler, CallExpression call, int register, int exponent) =>
        exponent == 0
        ? register
        : Emit<MultiplyOp<long>>(compiler, call, register, Int64(compiler, Powers.TenInt64(exponent)));

    /// <summary>Compiles an operand; an integer widened to a decimal of scale 0 is read as the integer it is.</summary>
    private static int Operand(ProgramCompiler compiler, BoundExpression operand, int branch, out Layout layout)
    {
        if (operand is CastExpression { Input.Type: { IsInteger: true } from,
            Type: { Id: SqlTypeId.Decimal, Scale: 0 } to } cast
            && to.Precision >= DecimalRules.Of(from).Precision)
        {
            layout = Layout.Int64;
            int input = compiler.Compile(cast.Input, branch);
            var plan = new CastPlan(compiler, from, SqlType.BigInt, null, branch, cast.Location);
            return CastCompiler.Number(plan, input, Layouts.Of(from), Layout.Int64);
        }

        layout = Layouts.Of(operand.Type);
        return compiler.Compile(operand, branch);
    }
}
