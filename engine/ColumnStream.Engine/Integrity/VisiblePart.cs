namespace ColumnStream.Engine.Integrity;

/// <summary>Is something that a reader of a sink's table sees.</summary>
/// <param name="Name">Its name, as <see cref="SinkPart"/> names it.</param>
/// <param name="Bytes">Its size.</param>
public sealed record VisiblePart(string Name, long Bytes);
