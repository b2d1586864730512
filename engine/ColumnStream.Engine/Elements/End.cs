namespace ColumnStream.Engine.Elements;

/// <summary>Says that nothing follows on this channel but barriers; a watermark of <see cref="Watermark.Max"/> came before.</summary>
public sealed class End : StreamElement
{
    /// <summary>Gets the one instance.</summary>
    public static End Instance { get; } = new();
}
