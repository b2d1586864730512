namespace ColumnStream.Engine.Operators;

/// <summary>States how event time is cut into windows; all times in milliseconds.</summary>
/// <param name="Kind">Which cut.</param>
/// <param name="TimeColumn">Rowtime column of the input.</param>
/// <param name="SizeMs">Length of a window; the longest one for CUMULATE.</param>
/// <param name="SlideMs">Slide of HOP, step of CUMULATE, equal to the size for TUMBLE.</param>
/// <param name="OffsetMs">Shift of all boundaries from 1970-01-01.</param>
public sealed record WindowSpec(WindowKind Kind, int TimeColumn, long SizeMs, long SlideMs, long OffsetMs)
{
    /// <inheritdoc/>
    public override string ToString() => Kind == WindowKind.Tumble
        ? $"tumble(${TimeColumn}, {SizeMs} ms)"
        : $"{Kind.ToString().ToLowerInvariant()}(${TimeColumn}, {SlideMs} ms, {SizeMs} ms)";
}
