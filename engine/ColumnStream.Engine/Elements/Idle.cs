namespace ColumnStream.Engine.Elements;

/// <summary>Says that a channel has no data for now and must not hold back watermarks; the next element ends it.</summary>
public sealed class Idle : StreamElement
{
    /// <summary>Gets the one instance.</summary>
    public static Idle Instance { get; } = new();
}
