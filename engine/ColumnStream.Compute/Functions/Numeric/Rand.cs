using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Draws a random number.</summary>
internal static class Rand
{
    public static ScalarFunction Definition { get; } = new Function(
        "RAND",
        ["RAND()"],
        "Returns a random number from 0 to below 1.",
        "RAND() < 1",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.Double.WithNullable(false)) : null,
        static (compiler, call, branch) => compiler.Emit(new RandStep(), Layout.Float64, branch, call.Location))
        .With(Volatility.Volatile);
}

/// <summary>Draws one number a row.</summary>
internal sealed unsafe class RandStep : Step
{
    public override void Run(Frame frame)
    {
        frame[Result].Valid = null;
        var target = (double*)frame[Result].Data;
        for (int i = 0; i < frame.Rows; i++)
        {
            target[i] = frame.Options.Random.NextDouble();
        }
    }
}
