using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Makes the functions that read the clock: one instant a batch.</summary>
internal static class Clock
{
    public static Function Define(string name, SqlType type, string doc, string example) => new Function(
        name,
        [name],
        doc,
        example,
        arguments => arguments.IsEmpty ? new FunctionBinding([], type.WithNullable(false)) : null,
        (compiler, call, _) => Compile(compiler, call)).With(Volatility.Volatile);

    private static int Compile(ProgramCompiler compiler, CallExpression call)
    {
        SqlType instant = SqlType.TimestampLtz(3);
        int now = compiler.Emit(new NowStep(), Layout.Int64, 0, call.Location);
        return call.Type.Id == SqlTypeId.TimestampLtz ? now : TemporalCasts.Convert(
            new CastPlan(compiler, instant, call.Type, null, 0, call.Location), now);
    }
}

/// <summary>Writes the batch's instant into all rows.</summary>
internal sealed unsafe class NowStep : Step
{
    public override void Run(Frame frame)
    {
        frame[Result].Valid = null;
        new Span<long>(frame[Result].Data, frame.Rows).Fill(frame.NowMillis);
    }
}
