namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of LAG.</summary>
internal sealed class Lag : ShiftFunction
{
    /// <inheritdoc/>
    public override string Name => "LAG";

    /// <inheritdoc/>
    public override string Doc => "Gives the value of the row that is so many rows before, one by default.";

    /// <inheritdoc/>
    protected override int Direction => -1;
}
