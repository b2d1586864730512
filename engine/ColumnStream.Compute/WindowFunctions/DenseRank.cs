namespace ColumnStream.Compute.WindowFunctions;

/// <summary>States the facts of DENSE_RANK.</summary>
internal sealed class DenseRank : RankFunction
{
    /// <inheritdoc/>
    public override string Name => "DENSE_RANK";

    /// <inheritdoc/>
    public override string Doc => "Numbers the groups of equal rows from 1.";

    /// <inheritdoc/>
    protected override long Word(Place place) => place.Group;
}
