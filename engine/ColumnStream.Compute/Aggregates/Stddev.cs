namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of STDDEV.</summary>
internal sealed class Stddev : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "STDDEV";

    /// <inheritdoc/>
    public override string Doc => "Returns the standard deviation of a sample; the same as STDDEV_SAMP.";

    /// <inheritdoc/>
    protected override bool IsSample => true;

    /// <inheritdoc/>
    protected override bool IsRoot => true;
}
