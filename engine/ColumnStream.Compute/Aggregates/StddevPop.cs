namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of STDDEV_POP.</summary>
internal sealed class StddevPop : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "STDDEV_POP";

    /// <inheritdoc/>
    public override string Doc => "Returns the standard deviation of all values.";

    /// <inheritdoc/>
    protected override bool IsSample => false;

    /// <inheritdoc/>
    protected override bool IsRoot => true;
}
