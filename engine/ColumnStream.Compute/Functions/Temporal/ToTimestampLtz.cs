using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Makes an instant of a count since 1970, or of text in a zone.</summary>
internal static class ToTimestampLtz
{
    public static ScalarFunction Definition { get; } = new Function(
        "TO_TIMESTAMP_LTZ",
        ["TO_TIMESTAMP_LTZ(n [, precision])", "TO_TIMESTAMP_LTZ(s [, pattern [, zone]])"],
        "Makes TIMESTAMP_LTZ(3) of seconds (precision 0) or milliseconds (3) since 1970, or of text in a zone, UTC by default.",
        "TO_TIMESTAMP_LTZ(1000, 3) = TO_TIMESTAMP_LTZ(1, 0)",
        Bind,
        Compile).With(Check);

    /// <summary>The seconds of 0000-01-01 and of the last second of 9999.</summary>
    internal const long FirstSecond = -62_167_219_200;
    internal const long LastSecond = 253_402_300_799;

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is < 1 or > 3)
        {
            return null;
        }

        SqlType result = SqlType.TimestampLtz(3);
        if (arguments[0].IsText)
        {
            return Function.Bind(
                arguments, [Parameter.Text, Parameter.Text.Or(""), Parameter.Text.Or("UTC")], result, canBeNull: true);
        }

        SqlType? number = arguments[0].Id == SqlTypeId.Null || arguments[0].IsInteger
            ? SqlType.BigInt.WithNullable(arguments[0].Nullable || arguments[0].Id == SqlTypeId.Null)
            : arguments[0].IsApproximate ? SqlType.Double.WithNullable(arguments[0].Nullable)
            : arguments[0].Id == SqlTypeId.Decimal ? arguments[0] : null;
        if (number is null || arguments.Length > 2)
        {
            return null;
        }

        return arguments.Length == 1 ? new FunctionBinding([number], result)
            : Parameter.Integer.Accept(arguments[1]) is { } precision ? new FunctionBinding([number, precision], result) : null;
    }

    private static string? Check(CallExpression call)
    {
        if (call.Arguments[0].Type.IsText)
        {
            return PatternState.Check(call, 1, PatternDialect.Formatter, PatternUse.Read);
        }

        return call.Arguments.Count < 2 || call.Arguments[1] is LiteralExpression { Value: "0" or "3" } ? null
            : "Precision is 0 for seconds or 3 for milliseconds, a constant.";
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int input = compiler.Compile(call.Arguments[0], branch);
        SqlType type = call.Arguments[0].Type;
        var plan = new CastPlan(compiler, type, SqlType.BigInt, null, branch, call.Location);
        if (type.IsText)
        {
            var state = new PatternState(PatternDialect.Formatter, PatternUse.Read, PatternState.Utc);
            int pattern = Argument(compiler, call, 1, "", branch);
            int zone = Argument(compiler, call, 2, "UTC", branch);
            return plan.Emit(
                new RowStep<TextToInstant, Utf8, Utf8, Utf8, long>(input, pattern, zone), Layout.Int64,
                new TextToInstantState(state, new ZoneCache()));
        }

        bool isSeconds = call.Arguments.Count > 1 && call.Arguments[1] is LiteralExpression { Value: "0" };
        var spec = new UnitSpec(isSeconds ? DateUnit.Second : DateUnit.Millisecond, 1000);
        if (type.IsApproximate)
        {
            return plan.Emit(new RowStep<DoubleToInstant, double, long>(input), Layout.Int64, spec);
        }

        int count = type.Id == SqlTypeId.Decimal ? DecimalCasts.FromDecimal(plan, input) : input;
        return plan.Emit(new RowStep<Int64ToInstant, long, long>(count), Layout.Int64, spec);
    }

    private static int Argument(ProgramCompiler compiler, CallExpression call, int index, string otherwise, int branch) =>
        call.Arguments.Count > index ? compiler.Compile(call.Arguments[index], branch)
        : compiler.Constant(new LiteralExpression(otherwise, SqlType.String.WithNullable(false)));
}

/// <summary>Holds what reading instants of text keeps between rows.</summary>
internal sealed record TextToInstantState(PatternState Pattern, ZoneCache Zones);

internal readonly struct Int64ToInstant : IRowOp<long, long>
{
    public static bool Apply(Frame frame, long a, out long result)
    {
        bool isSeconds = Unsafe.As<UnitSpec>(frame.State!).Unit == DateUnit.Second;
        long seconds = isSeconds ? a : CivilDate.FloorDiv(a, 1000);
        result = isSeconds ? a * 1000 : a;
        return seconds is >= ToTimestampLtz.FirstSecond and <= ToTimestampLtz.LastSecond;
    }
}

internal readonly struct DoubleToInstant : IRowOp<double, long>
{
    public static bool Apply(Frame frame, double a, out long result)
    {
        bool isSeconds = Unsafe.As<UnitSpec>(frame.State!).Unit == DateUnit.Second;
        result = long.CreateSaturating(isSeconds ? a * 1000 : a);
        return double.IsFinite(a)
            && CivilDate.FloorDiv(result, 1000) is >= ToTimestampLtz.FirstSecond and <= ToTimestampLtz.LastSecond;
    }
}

internal readonly struct TextToInstant : IRowOp<Utf8, Utf8, Utf8, long>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out long result)
    {
        var state = Unsafe.As<TextToInstantState>(frame.State!);
        if (!ToTimestamp.TryRead(frame, state.Pattern, a.Span, b.Span, out result) || state.Zones.Get(c.Span) is not { } zone)
        {
            return false;
        }

        result -= zone.OffsetAtLocal(CivilDate.FloorDiv(result, 1000)) * 1000;
        return true;
    }
}
