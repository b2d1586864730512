namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of VARIANCE.</summary>
internal sealed class Variance : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "VARIANCE";

    /// <inheritdoc/>
    public override string Doc => "Returns the variance of a sample; the same as VAR_SAMP.";

    /// <inheritdoc/>
    protected override bool IsSample => true;

    /// <inheritdoc/>
    protected override bool IsRoot => false;
}
