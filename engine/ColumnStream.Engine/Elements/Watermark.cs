namespace ColumnStream.Engine.Elements;

/// <summary>Promises that no later row has an event time at or before it.</summary>
/// <param name="timeMs">Milliseconds since 1970; <see cref="Max"/> at the end of a bounded input.</param>
public sealed class Watermark(long timeMs) : StreamElement
{
    /// <summary>The watermark before any row.</summary>
    public const long Min = long.MinValue;

    /// <summary>The watermark behind the last row of a bounded input.</summary>
    public const long Max = long.MaxValue;

    /// <summary>Gets the promise in milliseconds since 1970.</summary>
    public long TimeMs { get; } = timeMs;
}
