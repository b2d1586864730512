namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of ROW_NUMBER.</summary>
internal sealed class RowNumber : RankFunction
{
    /// <inheritdoc/>
    public override string Name => "ROW_NUMBER";

    /// <inheritdoc/>
    public override string Doc => "Numbers the rows of a partition from 1.";

    /// <inheritdoc/>
    protected override long Word(Place place) => place.Row + 1;
}
