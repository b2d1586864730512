namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of RANK.</summary>
internal sealed class Rank : RankFunction
{
    /// <inheritdoc/>
    public override string Name => "RANK";

    /// <inheritdoc/>
    public override string Doc => "Gives the number of rows before the row and its equals, plus 1.";

    /// <inheritdoc/>
    protected override long Word(Place place) => place.First + 1;
}
