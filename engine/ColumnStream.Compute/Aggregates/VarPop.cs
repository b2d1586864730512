namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of VAR_POP.</summary>
internal sealed class VarPop : VarianceFunction
{
    /// <inheritdoc/>
    public override string Name => "VAR_POP";

    /// <inheritdoc/>
    public override string Doc => "Returns the variance of all values.";

    /// <inheritdoc/>
    protected override bool IsSample => false;

    /// <inheritdoc/>
    protected override bool IsRoot => false;
}
