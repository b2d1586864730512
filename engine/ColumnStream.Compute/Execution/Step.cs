using System.Runtime.CompilerServices;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Execution;

/// <summary>Does one operation over the current tile; made once a program, run once a tile.</summary>
internal abstract class Step
{
    /// <summary>Gets or sets the register that is written.</summary>
    public int Result { get; set; }

    /// <summary>Gets or sets the bitmap register of the rows that count; 0 for all that are selected.</summary>
    public int Branch { get; set; }

    /// <summary>Gets or sets where the expression stands, for errors.</summary>
    public SourceLocation Location { get; set; }

    /// <summary>Gets or sets the function that the step belongs to, for errors.</summary>
    public string? Function { get; set; }

    /// <summary>Computes the tile.</summary>
    public abstract void Run(Frame frame);

    /// <summary>Returns the error of a text that is longer than a value may be; the row is the tile's first.</summary>
    public EvaluationException TooLong(Frame frame, TextLengthException error) => new(
        $"Result of {Function ?? "CAST"} is too long: {error.Bytes} bytes, a value has at most {error.LimitBytes}.",
        Location,
        frame.FirstRow,
        EvaluationFailure.TextLength);

    /// <summary>Returns the error of a step that failed somewhere in the tile.</summary>
    public EvaluationException Failed(Frame frame, string message) =>
        new($"{Function}: {message}", Location, frame.FirstRow);

    /// <summary>Says that a row failed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    protected void Fail(Frame frame, int row, string message) =>
        throw new EvaluationException(message, Location, frame.FirstRow + row);
}
