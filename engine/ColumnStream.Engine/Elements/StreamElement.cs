namespace ColumnStream.Engine.Elements;

/// <summary>Is exactly one of batch, watermark, barrier, idle, end; nothing else crosses an edge.</summary>
public abstract class StreamElement;
