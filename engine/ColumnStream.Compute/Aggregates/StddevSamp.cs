namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of STDDEV_SAMP.</summary>
internal sealed class StddevSamp : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "STDDEV_SAMP";

    /// <inheritdoc/>
    public override string Doc => "Returns the standard deviation of a sample; NULL for a single value.";

    /// <inheritdoc/>
    protected override bool IsSample => true;

    /// <inheritdoc/>
    protected override bool IsRoot => true;
}
