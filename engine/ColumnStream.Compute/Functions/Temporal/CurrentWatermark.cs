using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Returns the watermark that has arrived where the expression runs; NULL before the first.</summary>
internal static class CurrentWatermark
{
    public static ScalarFunction Definition { get; } = new Function(
        "CURRENT_WATERMARK",
        ["CURRENT_WATERMARK(rowtime)"],
        "Returns the current watermark of a rowtime column; NULL while inputs have none in common.",
        "CHAR_LENGTH('CURRENT_WATERMARK(ts)') = 21",
        Bind,
        Compile).With(Volatility.Volatile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && arguments[0].TimeAttribute == TimeAttribute.Rowtime
            ? new FunctionBinding(
                [arguments[0].Materialized()], arguments[0].Materialized() with { Precision = 3, Nullable = true })
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        compiler.Emit(new WatermarkStep(compiler.Options.WatermarkMillis), Layout.Int64, 0, call.Location);
}

/// <summary>Writes the watermark into all rows, or NULL.</summary>
internal sealed unsafe class WatermarkStep(Func<long>? watermark) : Step
{
    public override void Run(Frame frame)
    {
        long millis = watermark?.Invoke() ?? long.MinValue;
        ref Register result = ref frame[Result];
        new Span<long>(result.Data, frame.Rows).Fill(millis);
        result.Valid = millis == long.MinValue ? result.HomeValid : null;
        new Span<byte>(result.HomeValid, Frame.BitmapBytes).Clear();
    }
}
