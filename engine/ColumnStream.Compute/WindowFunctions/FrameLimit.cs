namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Is one end of a frame.</summary>
/// <param name="Kind">Which end.</param>
/// <param name="Offset">The distance in rows, or in the integers that the order key's column stores.</param>
public sealed record FrameLimit(FrameLimitKind Kind, long Offset = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        FrameLimitKind.UnboundedPreceding => "unbounded preceding",
        FrameLimitKind.Preceding => $"{Offset} preceding",
        FrameLimitKind.CurrentRow => "current row",
        FrameLimitKind.Following => $"{Offset} following",
        _ => "unbounded following",
    };
}
