using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Moves the text of a local time from one zone to another; an unknown zone counts as GMT, as Java has it.</summary>
internal readonly struct ConvertTz : IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text, Parameter.Text];

    public static ScalarFunction Definition { get; } = new Function(
        "CONVERT_TZ",
        ["CONVERT_TZ(s, from, to)"],
        "Moves text of the form yyyy-MM-dd HH:mm:ss from one time zone to another; NULL where it has another form.",
        "CONVERT_TZ('1970-01-01 00:00:00', 'UTC', 'America/Los_Angeles') = '1969-12-31 16:00:00'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, true),
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result)
    {
        var zones = Unsafe.As<ZonePair>(frame.State!);
        if (!DatePatternReader.TryRead(SimpleText.Default, a.Span, 1970, out long seconds, out int nanos, out _))
        {
            result = default;
            return false;
        }

        seconds -= (zones.From.Get(b.Span) ?? PatternState.Utc).OffsetAtLocal(seconds, later: true);
        result = PatternState.WriteInstant(
            frame, SimpleText.Default, seconds, nanos, zones.To.Get(c.Span) ?? PatternState.Utc);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<ConvertTz, Utf8, Utf8, Utf8, Utf8>(r[0], r[1], r[2])
            {
                State = new ZonePair(new ZoneCache(), new ZoneCache()),
            },
            Layout.View,
            branch,
            call.Location);
    }
}

/// <summary>Remembers zones on either side.</summary>
internal sealed record ZonePair(ZoneCache From, ZoneCache To);
