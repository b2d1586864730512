using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Makes the functions that read the clock: one instant a batch of rows, in batch jobs one a query.</summary>
internal static class Clock
{
    public static Function Define(string name, SqlType type, string doc, string example, bool perRow = false) => new Function(
        name,
        [name],
        doc,
        example,
        arguments => arguments.IsEmpty ? new FunctionBinding([], type.WithNullable(false)) : null,
        (compiler, call, _) => Compile(compiler, call, perRow)).With(Volatility.Volatile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, bool perRow)
    {
        SqlType instant = SqlType.TimestampLtz(3);
        int now = compiler.Emit(new NowStep(perRow), Layout.Int64, 0, call.Location);
        return call.Type.Id == SqlTypeId.TimestampLtz ? now : TemporalCasts.Convert(
            new CastPlan(compiler, instant, call.Type, null, 0, call.Location), now);
    }
}

/// <summary>Writes the instant of the query, or of the batch of rows, into all rows.</summary>
internal sealed unsafe class NowStep(bool perRow) : Step
{
    public override void Run(Frame frame)
    {
        frame[Result].Valid = null;
        new Span<long>(frame[Result].Data, frame.Rows).Fill(perRow ? frame.RowMillis : frame.NowMillis);
    }
}
