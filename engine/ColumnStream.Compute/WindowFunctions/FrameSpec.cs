namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Says which rows of its partition an aggregate sees from each row.</summary>
/// <param name="IsRows">Whether rows are counted (ROWS) and not order keys compared (RANGE).</param>
/// <param name="Start">The first row.</param>
/// <param name="End">The last row.</param>
public sealed record FrameSpec(bool IsRows, FrameLimit Start, FrameLimit End)
{
    /// <summary>Gets the frame of the whole partition.</summary>
    public static FrameSpec All { get; } = new(
        true, new FrameLimit(FrameLimitKind.UnboundedPreceding), new FrameLimit(FrameLimitKind.UnboundedFollowing));

    /// <summary>Gets the frame that an order has by default: all rows up to the current one and its equals.</summary>
    public static FrameSpec UpToCurrent { get; } = new(
        false, new FrameLimit(FrameLimitKind.UnboundedPreceding), new FrameLimit(FrameLimitKind.CurrentRow));

    /// <inheritdoc/>
    public override string ToString() => $"{(IsRows ? "rows" : "range")} between {Start} and {End}";
}
