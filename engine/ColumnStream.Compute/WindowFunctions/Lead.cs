namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of LEAD.</summary>
internal sealed class Lead : ShiftFunction
{
    /// <inheritdoc/>
    public override string Name => "LEAD";

    /// <inheritdoc/>
    public override string Doc => "Gives the value of the row that is so many rows behind, one by default.";

    /// <inheritdoc/>
    protected override int Direction => 1;
}
