using System.Globalization;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Operators.WindowArgMax;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Engine.Operators;

/// <summary>
/// Joins rows with the greatest value of windows over the same rows: a row comes out once for each window whose extreme it has
/// and whose end its time is near enough to. Behind the input's columns stand window_start, window_end and window_time.
/// </summary>
/// <param name="Window">How time is cut: TUMBLE, or HOP whose size is a multiple of its slide; event time.</param>
/// <param name="Keys">Columns that both sides of the join are equal in: each value has extremes of its own; NULL has none.</param>
/// <param name="Value">The column whose extreme is taken.</param>
/// <param name="IsLeast">Whether the extreme is the least value.</param>
/// <param name="LowerMs">Least time of a row − end of the window.</param>
/// <param name="UpperMs">Greatest time of a row − end of the window.</param>
[PlanNode("window-arg-max", version: 1)]
public sealed record WindowArgMaxNode(
    WindowSpec Window, ValueList<int> Keys, int Value, bool IsLeast, long LowerMs, long UpperMs) : PhysicalNode
{
    /// <summary>Gets whether nothing comes out of a window that has closed; otherwise late rows still meet its extreme.</summary>
    public bool DropsLate { get; init; }

    /// <inheritdoc/>
    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"arg {(IsLeast ? "min" : "max")} ${Value} over {Window} by [{string.Join(", ", Keys)}]"
        + $" within [{LowerMs} ms, {UpperMs} ms] of the end{(DropsLate ? ", open windows only" : string.Empty)}");

    /// <inheritdoc/>
    protected internal override Operator CreateOperator() => new WindowArgMaxOperator(this);
}
