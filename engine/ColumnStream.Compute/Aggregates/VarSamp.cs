namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of VAR_SAMP.</summary>
internal sealed class VarSamp : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "VAR_SAMP";

    /// <inheritdoc/>
    public override string Doc => "Returns the variance of a sample; NULL for a single value.";

    /// <inheritdoc/>
    protected override bool IsSample => true;

    /// <inheritdoc/>
    protected override bool IsRoot => false;
}
