using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Draws a random number; a constant seed begins one sequence a query, any other begins anew each row.</summary>
internal static class Rand
{
    private static readonly Parameter[] Seed = [Parameter.Integer];

    public static ScalarFunction Definition { get; } = new Function(
        "RAND",
        ["RAND([seed])"],
        "Returns a random number from 0 to below 1.",
        "RAND() < 1",
        static arguments => arguments.IsEmpty
            ? new FunctionBinding([], SqlType.Double.WithNullable(false))
            : Function.Bind(arguments, Seed, SqlType.Double, canBeNull: false),
        Compile)
        .With(Volatility.Volatile);

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int seed = call.Arguments.Count == 0 ? -1 : compiler.Compile(call.Arguments[0], branch);
        return compiler.Emit(
            new RandStep(seed, RandSequence.Of(call.Arguments)), Layout.Float64, branch, call.Location);
    }
}

/// <summary>Draws one number a row.</summary>
internal sealed unsafe class RandStep(int seed, RandSequence? sequence) : RowStep
{
    protected override byte* Validity(Frame frame) => seed < 0 ? null : frame[seed].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        var target = (double*)frame[Result].Data;
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) != 0)
            {
                target[row] = seed < 0 ? frame.Options.Random.NextDouble()
                    : sequence is not null ? sequence.Random.NextDouble()
                    : new JavaRandom(((int*)frame[seed].Data)[row]).NextDouble();
            }
        }
    }
}

/// <summary>Holds the sequence that a constant seed has begun.</summary>
internal sealed class RandSequence(int seed)
{
    public JavaRandom Random = new(seed);

    /// <summary>Begins the sequence of a constant first argument; null when it is none.</summary>
    public static RandSequence? Of(Arrow.Types.ValueList<BoundExpression> arguments) =>
        arguments.Count > 0 && arguments[0] is LiteralExpression { Value: { } text }
            ? new RandSequence(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)) : null;
}
