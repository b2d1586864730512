using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Draws a random integer; a constant seed begins one sequence a query, any other begins anew each row.</summary>
internal static class RandInteger
{
    private static readonly Parameter[] Bound = [Parameter.Integer];
    private static readonly Parameter[] SeedAndBound = [Parameter.Integer, Parameter.Integer];

    public static ScalarFunction Definition { get; } = new Function(
        "RAND_INTEGER",
        ["RAND_INTEGER([seed,] bound)"],
        "Returns a random integer from 0 to below a positive bound.",
        "RAND_INTEGER(10) < 10",
        static arguments => Function.Bind(
            arguments, arguments.Length == 1 ? Bound : SeedAndBound, SqlType.Integer, canBeNull: false),
        Compile)
        .With(Volatility.Volatile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int first = compiler.Compile(call.Arguments[0], branch);
        RowStep step = call.Arguments.Count == 1
            ? new RandIntegerStep(-1, first, null)
            : new RandIntegerStep(first, compiler.Compile(call.Arguments[1], branch), RandSequence.Of(call.Arguments));
        step.FailMessage = "Bound of RAND_INTEGER must be positive.";
        return compiler.Emit(step, Layout.Int32, branch, call.Location);
    }
}

/// <summary>Draws one integer a row.</summary>
internal sealed unsafe class RandIntegerStep(int seed, int bound, RandSequence? sequence) : RowStep
{
    protected override byte* Validity(Frame frame) =>
        seed < 0 ? frame[bound].Valid : frame.And(Result, frame[seed].Valid, frame[bound].Valid);

    protected override void RunRows(Frame frame, ulong* mask)
    {
        var target = (int*)frame[Result].Data;
        var bounds = (int*)frame[bound].Data;
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            if (bounds[row] <= 0)
            {
                Missing(frame, row);
                continue;
            }

            target[row] = seed < 0 ? frame.Options.Random.Next(bounds[row])
                : sequence is not null ? sequence.Random.NextBelow(bounds[row])
                : new JavaRandom(((int*)frame[seed].Data)[row]).NextBelow(bounds[row]);
        }
    }
}
