using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Formats a point in time by a Java pattern: timestamps by DateTimeFormatter, dates and text by SimpleDateFormat.</summary>
internal readonly struct DateFormat : IRowOp<long, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = new Function(
        "DATE_FORMAT",
        ["DATE_FORMAT(time, pattern)", "DATE_FORMAT(s, pattern)"],
        "Formats a point in time, or text as yyyy-MM-dd HH:mm:ss, by a pattern; text that is none gives NULL.",
        "DATE_FORMAT(TIMESTAMP '2024-05-06 07:08:09', 'yyyy/MM/dd') = '2024/05/06'",
        Bind,
        Compile)
        .With(static call => IsSimple(call.Arguments[0].Type)
            ? PatternState.Check(call, 1, PatternDialect.Simple, PatternUse.WriteZoned)
            : PatternState.Check(call, 1, PatternDialect.Formatter, PatternUse.WriteLocal));

    public static bool Apply(Frame frame, long a, Utf8 b, out Utf8 result)
    {
        var state = Unsafe.As<PatternState>(frame.State!);
        result = default;
        if (state.Get(b.Span) is not { } pattern)
        {
            return false;
        }

        result = Write(frame, state, pattern, a);
        return true;
    }

    /// <summary>Writes local units of time.</summary>
    public static Utf8 Write(Frame frame, PatternState state, DatePattern pattern, long a)
    {
        long seconds = CivilDate.FloorDiv(a, state.PerSecond);
        var nanos = (int)((a - (seconds * state.PerSecond)) * (TimeUnits.NanosPerSecond / state.PerSecond));
        return PatternState.Write(frame, pattern, new PatternTime(seconds, nanos, ZoneId: "UTC"));
    }

    private static bool IsSimple(SqlType type) => !type.IsTimestamp;

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 2 || Parameter.Text.Accept(arguments[1]) is not { } pattern)
        {
            return null;
        }

        SqlType? time = arguments[0].IsText ? arguments[0] : Parameter.Local.Accept(arguments[0]);
        return time is null ? null : new FunctionBinding([time, pattern], SqlType.String);
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        SqlType type = call.Arguments[0].Type;
        int input = compiler.Compile(call.Arguments[0], branch);
        int pattern = compiler.Compile(call.Arguments[1], branch);
        var plan = new CastPlan(compiler, type, call.Type, null, branch, call.Location);
        if (type.IsText)
        {
            return plan.Emit(
                new RowStep<ReformatText, Utf8, Utf8, Utf8>(input, pattern), Layout.View,
                new PatternState(PatternDialect.Simple, PatternUse.WriteZoned, PatternState.Utc));
        }

        int local = TemporalCasts.Local(compiler, input, type, call.Location);
        PatternState state = IsSimple(type)
            ? new(PatternDialect.Simple, PatternUse.WriteZoned, PatternState.Utc, TimeUnits.PerSecond(type))
            : new(PatternDialect.Formatter, PatternUse.WriteLocal, PatternState.Utc, TimeUnits.PerSecond(type));
        return call.Arguments[1] is LiteralExpression { Value: { } text } && state.PeriodOf(text) is > 0 and var period
            ? plan.Emit(new PeriodStep<FormatConstant, Utf8>(local, period), Layout.View, state)
            : plan.Emit(new RowStep<DateFormat, long, Utf8, Utf8>(local, pattern), Layout.View, state);
    }
}

/// <summary>Formats a point in time by the one pattern that the step's state holds.</summary>
internal readonly struct FormatConstant : IRowOp<long, Utf8>
{
    public static bool Apply(Frame frame, long a, out Utf8 result)
    {
        var state = Unsafe.As<PatternState>(frame.State!);
        result = DateFormat.Write(frame, state, state.Constant!, a);
        return true;
    }
}

/// <summary>Reads text as yyyy-MM-dd HH:mm:ss and formats it by a pattern.</summary>
internal readonly struct ReformatText : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = default;
        if (Unsafe.As<PatternState>(frame.State!).Get(b.Span) is not { } pattern
            || !DatePatternReader.TryRead(SimpleText.Default, a.Span, 1970, out long seconds, out int nanos, out _))
        {
            return false;
        }

        result = PatternState.Write(frame, pattern, new PatternTime(seconds, nanos, ZoneId: "UTC"));
        return true;
    }
}
