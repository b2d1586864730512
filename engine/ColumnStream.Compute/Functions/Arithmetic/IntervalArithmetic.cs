using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Arithmetic;

/// <summary>Adds intervals to points in time, and intervals to each other.</summary>
internal static class IntervalArithmetic
{
    public static FunctionBinding? BindAdd(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length == 2 && TypeCoercion.IsInterval(arguments[0]) && TypeCoercion.IsTemporal(arguments[1]))
        {
            return Point(arguments[1], arguments[0], swapped: true);
        }

        return BindSame(arguments) ?? BindPoint(arguments);
    }

    /// <summary>Also takes two timestamps, whose difference is an interval of milliseconds.</summary>
    public static FunctionBinding? BindSubtract(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length == 2 && IsInstant(arguments[0]) && IsInstant(arguments[1])
            && TypeCoercion.CommonType(arguments[0], arguments[1]) is { } common)
        {
            SqlType point = common.Id == SqlTypeId.Date ? SqlType.Timestamp(3) : common.Materialized();
            return new FunctionBinding(
                [point.WithNullable(arguments[0].Nullable), point.WithNullable(arguments[1].Nullable)],
                new SqlType(SqlTypeId.IntervalDayTime, common.Nullable));
        }

        return BindSame(arguments) ?? BindPoint(arguments);
    }

    public static FunctionBinding? BindMultiply(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 2)
        {
            return null;
        }

        bool first = TypeCoercion.IsInterval(arguments[0]);
        SqlType interval = first ? arguments[0] : arguments[1];
        SqlType number = first ? arguments[1] : arguments[0];
        if (!TypeCoercion.IsInterval(interval) || !number.IsInteger)
        {
            return null;
        }

        SqlType factor = (interval.Id == SqlTypeId.IntervalDayTime ? SqlType.BigInt : SqlType.Integer)
            .WithNullable(number.Nullable);
        return new FunctionBinding(
            first ? [interval, factor]
                : [factor, interval], interval.WithNullable(interval.Nullable || number.Nullable));
    }

    public static int Compile(ProgramCompiler compiler, CallExpression call, int branch, bool negate)
    {
        int a = compiler.Compile(call.Arguments[0], branch);
        int b = compiler.Compile(call.Arguments[1], branch);
        SqlType typeA = call.Arguments[0].Type;
        SqlType typeB = call.Arguments[1].Type;
        if (TypeCoercion.IsInterval(call.Type))
        {
            return TypeCoercion.IsInterval(typeA)
                ? Sum(compiler, call, a, b, negate)
                : Difference(compiler, call, a, b, typeA);
        }

        if (TypeCoercion.IsInterval(typeA))
        {
            (a, b, typeA, typeB) = (b, a, typeB, typeA);
        }

        bool months = typeB.Id == SqlTypeId.IntervalYearMonth;
        var spec = new IntervalSpec(TimestampText.PerSecond(TemporalCasts.UnitOf(typeA)), negate ? -1 : 1);
        switch (typeA.Id)
        {
            case SqlTypeId.Date:
                RowStep date = months
                    ? new RowStep<AddMonthsToDate, int, int, int>(a, b)
                        : new RowStep<AddMillisToDate, int, long, int>(a, b);
                return Emit(compiler, call, branch, date, spec, Layout.Int32);
            case SqlTypeId.Time:
                RowStep time = months
                    ? throw new NotSupportedException("Months cannot be added to a time.")
                    : new RowStep<AddMillisToTime, int, long, int>(a, b);
                return Emit(compiler, call, branch, time, spec, Layout.Int32);
            default:
                // Only nanoseconds end within the calendar; there a sum may leave 64 bits.
                return months
                    ? Emit(compiler, call, branch, new RowStep<AddMonthsToTimestamp, long, int, long>(a, b), spec,
                        Layout.Int64)
                    : spec.PerSecond == 1_000_000_000
                    ? Emit(compiler, call, branch, new RowStep<AddMillisToNanos, long, long, long>(a, b), spec, Layout.Int64)
                    : AddMillis(compiler, call, a, b, spec.PerSecond / 1000, negate);
        }
    }

    private static bool IsInstant(SqlType type) => type.Id == SqlTypeId.Date || type.IsTimestamp;

    private static FunctionBinding? BindSame(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && TypeCoercion.IsInterval(arguments[0]) && arguments[0].Id == arguments[1].Id
            ? new FunctionBinding(
                [arguments[0], arguments[1]], arguments[0].WithNullable(arguments[0].Nullable || arguments[1].Nullable))
            : null;

    private static FunctionBinding? BindPoint(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && TypeCoercion.IsTemporal(arguments[0]) && TypeCoercion.IsInterval(arguments[1])
            ? Point(arguments[0], arguments[1], swapped: false)
            : null;

    private static FunctionBinding? Point(SqlType point, SqlType interval, bool swapped)
    {
        if (point.Id == SqlTypeId.Time && interval.Id == SqlTypeId.IntervalYearMonth)
        {
            return null;
        }

        SqlType plain = point.Materialized();
        return new FunctionBinding(
            swapped ? [interval, plain] : [plain, interval], plain.WithNullable(point.Nullable || interval.Nullable));
    }

    private static int Sum(ProgramCompiler compiler, CallExpression call, int a, int b, bool negate)
    {
        Layout layout = Layouts.Of(call.Type);
        Step step = (layout == Layout.Int64, negate) switch
        {
            (true, false) => new BinaryStep<AddOp<long>, long>(a, b),
            (true, true) => new BinaryStep<SubtractOp<long>, long>(a, b),
            (false, false) => new BinaryStep<AddOp<int>, int>(a, b),
            _ => new BinaryStep<SubtractOp<int>, int>(a, b),
        };
        return compiler.Emit(step, layout, 0, call.Location);
    }

    private static int Difference(ProgramCompiler compiler, CallExpression call, int a, int b, SqlType type)
    {
        int units = ArithmeticOperators.Emit<SubtractOp<long>>(compiler, call, a, b);
        long perMilli = TimestampText.PerSecond(TemporalCasts.UnitOf(type)) / 1000;
        return perMilli == 1 ? units : compiler.Emit(
            new RowStep<ScaleUnits, long, long>(units) { State = new TemporalSpec(1, perMilli, 0, null) },
            Layout.Int64,
            0,
            call.Location);
    }

    private static int AddMillis(ProgramCompiler compiler, CallExpression call, int a, int b, long perMilli,
        bool negate)
    {
        int units = perMilli == 1 ? b : ArithmeticOperators.Emit<MultiplyOp<long>>(
            compiler, call, b, ArithmeticOperators.Int64(compiler, perMilli));
        return negate
            ? ArithmeticOperators.Emit<SubtractOp<long>>(compiler, call, a, units)
            : ArithmeticOperators.Emit<AddOp<long>>(compiler, call, a, units);
    }

    private static int Emit(
        ProgramCompiler compiler, CallExpression call, int branch, RowStep step, IntervalSpec spec, Layout layout)
    {
        step.State = spec;
        step.FailMessage = "Timestamp is out of range.";
        return compiler.Emit(step, layout, branch, call.Location);
    }
}

/// <summary>Holds the units of a second and the sign of the interval.</summary>
internal sealed record IntervalSpec(long PerSecond, int Sign);

internal readonly struct AddMonthsToDate : IRowOp<int, int, int>
{
    public static bool Apply(Frame frame, int a, int b, out int result)
    {
        result = (int)CivilDate.AddMonths(a, (long)b * Unsafe.As<IntervalSpec>(frame.State!).Sign);
        return true;
    }
}

internal readonly struct AddMillisToDate : IRowOp<int, long, int>
{
    public static bool Apply(Frame frame, int a, long b, out int result)
    {
        long sum = (a * CivilDate.MillisPerDay) + (b * Unsafe.As<IntervalSpec>(frame.State!).Sign);
        result = (int)CivilDate.FloorDiv(sum, CivilDate.MillisPerDay);
        return true;
    }
}

/// <summary>Adds to a time of day, which wraps at midnight.</summary>
internal readonly struct AddMillisToTime : IRowOp<int, long, int>
{
    public static bool Apply(Frame frame, int a, long b, out int result)
    {
        result = (int)CivilDate.FloorMod(a + (b * Unsafe.As<IntervalSpec>(frame.State!).Sign), CivilDate.MillisPerDay);
        return true;
    }
}

internal readonly struct AddMonthsToTimestamp : IRowOp<long, int, long>
{
    public static bool Apply(Frame frame, long a, int b, out long result)
    {
        var spec = Unsafe.As<IntervalSpec>(frame.State!);
        long perDay = 86_400 * spec.PerSecond;
        long days = CivilDate.FloorDiv(a, perDay);
        Int128 sum = ((Int128)CivilDate.AddMonths(days, (long)b * spec.Sign) * perDay) + (a - (days * perDay));
        result = (long)sum;
        return result == sum;
    }
}

internal readonly struct AddMillisToNanos : IRowOp<long, long, long>
{
    public static bool Apply(Frame frame, long a, long b, out long result)
    {
        Int128 sum = a + ((Int128)b * Unsafe.As<IntervalSpec>(frame.State!).Sign * 1_000_000);
        result = (long)sum;
        return result == sum;
    }
}
