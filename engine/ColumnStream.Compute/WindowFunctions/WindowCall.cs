using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Asks for one window function or aggregate over the rows of a partition.</summary>
/// <param name="Call">The function, which stands in the window function table or else in the aggregate table.</param>
/// <param name="Frame">The rows that an aggregate sees; null for window functions.</param>
public sealed record WindowCall(AggregateCall Call, FrameSpec? Frame)
{
    /// <inheritdoc/>
    public override string ToString() => Frame is null ? Call.ToString() : $"{Call} {Frame}";
}
