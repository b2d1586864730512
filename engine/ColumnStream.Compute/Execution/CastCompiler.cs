using System;
using System.Numerics;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions.Comparison;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Execution;

/// <summary>Chooses the steps of a CAST.</summary>
internal static class CastCompiler
{
    public static int Compile(ProgramCompiler compiler, CastExpression cast, int branch)
    {
        if (NestedCasts.IsSameShape(cast.Input.Type, cast.Type))
        {
            return compiler.CompileInPlace(cast.Input, branch);
        }

        int input = compiler.Compile(cast.Input, branch);
        return IsBounded(cast) ? input : Convert(compiler, input, cast.Input.Type, cast.Type, cast.Try, branch, cast.Location);
    }

    /// <summary>Tells whether the cast neither fails nor walks rows one by one.</summary>
    public static bool IsCheap(CastExpression cast)
    {
        SqlType from = cast.Input.Type;
        SqlType to = cast.Type;
        if (from.IsNested || to.IsNested)
        {
            return NestedCasts.IsSameShape(from, to);
        }

        return IsBounded(cast) || (IsPlainNumber(from) && (IsPlainNumber(to) || IsExactWidening(from, to)))
            || (Layouts.Of(from) == Layouts.Of(to) && from.Id == to.Id && !from.IsText && from.Id != SqlTypeId.Decimal);
    }

    /// <summary>Tells whether a decimal loses only digits that no value of the expression has.</summary>
    private static bool IsBounded(CastExpression cast) =>
        cast.Type.Id == SqlTypeId.Decimal && cast.Input.Type.Id == SqlTypeId.Decimal && cast.Type.Scale == cast.Input.Type.Scale
        && Layouts.Of(cast.Type) == Layouts.Of(cast.Input.Type) && DecimalBounds.Fits(cast.Input, cast.Type.Precision);

    /// <summary>Adds the steps that turn a register of one type into another.</summary>
    public static int Convert(
        ProgramCompiler compiler, int input, SqlType from, SqlType to, bool isTry, int branch, SourceLocation location)
    {
        if (from.Id == SqlTypeId.Null)
        {
            return compiler.Constant(new LiteralExpression(null, to.WithNullable(true)));
        }

        string? message = isTry ? null : $"Value cannot be cast to {to.WithNullable(true)}.";
        var plan = new CastPlan(compiler, from, to, message, branch, location);
        if (from.IsNested || to.IsNested)
        {
            // Bytes become a nested value only by the planner's own cast of what it made bytes of.
            return from.IsNested ? NestedCasts.Convert(plan, input) : input;
        }

        if (to.IsText)
        {
            return TextCasts.ToText(plan, input);
        }

        if (TypeCoercion.IsBinary(to))
        {
            return BinaryCasts.ToBinary(plan, input);
        }

        if (from.IsText)
        {
            return TextCasts.FromText(plan, input);
        }

        if (from.IsNumeric || from.Id == SqlTypeId.Boolean || TypeCoercion.IsInterval(from))
        {
            return FromNumber(plan, input);
        }

        return TypeCoercion.IsTemporal(from) ? TemporalCasts.Convert(plan, input)
            : Layouts.Of(from) == Layouts.Of(to) ? input
            : throw new NotSupportedException($"Cast has no kernel: {from} to {to}.");
    }

    /// <summary>Converts between integers and floats: integers wrap, floats saturate.</summary>
    public static int Number(CastPlan plan, int input, Layout from, Layout to) => from == to ? input : from switch
    {
        Layout.Int8 => NumberFrom<sbyte>(plan, input, to),
        Layout.Int16 => NumberFrom<short>(plan, input, to),
        Layout.Int32 => NumberFrom<int>(plan, input, to),
        Layout.Int64 => NumberFrom<long>(plan, input, to),
        Layout.Float32 => NumberFrom<float>(plan, input, to),
        _ => NumberFrom<double>(plan, input, to),
    };

    private static int FromNumber(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        SqlType to = plan.To;
        if (from.Id == SqlTypeId.Boolean)
        {
            if (to.Id == SqlTypeId.Boolean)
            {
                return input;
            }

            int bit = plan.Emit(new RowStep<BooleanToInt64, bool, long>(input), Layout.Int64);
            return to.Id == SqlTypeId.Decimal
                ? DecimalCasts.FromInt64(plan, bit, SqlType.BigInt)
                : Number(plan, bit, Layout.Int64, Layouts.Of(to));
        }

        if (to.Id == SqlTypeId.Boolean)
        {
            int zero = plan.Compiler.Constant(new LiteralExpression("0", from.WithNullable(false)));
            return CompareOperators.NotEqual(plan.Compiler, input, zero, from, plan.Location);
        }

        if (from.Id == SqlTypeId.Decimal)
        {
            return DecimalCasts.FromDecimal(plan, input);
        }

        if (to.Id == SqlTypeId.Decimal)
        {
            return from.IsApproximate
                ? DecimalCasts.FromDouble(plan, Number(plan, input, Layouts.Of(from), Layout.Float64))
                : DecimalCasts.FromInt64(plan, Number(plan, input, Layouts.Of(from), Layout.Int64), from);
        }

        return Number(plan, input, Layouts.Of(from), Layouts.Of(to));
    }

    private static bool IsPlainNumber(SqlType type) => type.IsInteger || type.IsApproximate;

    private static bool IsExactWidening(SqlType from, SqlType to) =>
        from.IsInteger && to.Id == SqlTypeId.Decimal && to.Scale == 0 && to.Precision <= 18
        && to.Precision >= DecimalRules.Of(from).Precision;

    private static int NumberFrom<T>(CastPlan plan, int input, Layout to)
        where T : unmanaged, INumber<T> => plan.EmitEverywhere(
            to switch
            {
                Layout.Int8 => new ConvertStep<T, sbyte>(input),
                Layout.Int16 => new ConvertStep<T, short>(input),
                Layout.Int32 => new ConvertStep<T, int>(input),
                Layout.Int64 => new ConvertStep<T, long>(input),
                Layout.Float32 => new ConvertStep<T, float>(input),
                _ => new ConvertStep<T, double>(input),
            },
            to);
}

/// <summary>Carries what every step of one cast needs; the message is null where failure is NULL.</summary>
internal sealed record CastPlan(
    ProgramCompiler Compiler, SqlType From, SqlType To, string? Message, int Branch, SourceLocation Location)
{
    public int Emit(RowStep step, Layout layout, object? state = null)
    {
        step.State = state;
        step.FailMessage = Message;
        return Compiler.Emit(step, layout, Branch, Location);
    }

    /// <summary>Emits a step whose missing values are NULL and never errors.</summary>
    public int EmitNullable(RowStep step, Layout layout, object? state = null)
    {
        step.State = state;
        return Compiler.Emit(step, layout, Branch, Location);
    }

    public int EmitEverywhere(Step step, Layout layout) => Compiler.Emit(step, layout, 0, Location);
}

/// <summary>Gives 1 for TRUE and 0 for FALSE.</summary>
internal readonly struct BooleanToInt64 : IRowOp<bool, long>
{
    public static bool Apply(Frame frame, bool a, out long result)
    {
        result = a ? 1 : 0;
        return true;
    }
}
