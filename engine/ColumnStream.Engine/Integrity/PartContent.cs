namespace ColumnStream.Engine.Integrity;

/// <summary>Says what was found in a visible part.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Checksum">Checksum of its bytes, in the same words as the sink's.</param>
/// <param name="Rows">Rows in it, or null when they could not be counted.</param>
/// <param name="Sum">Sum of the rows' hashes, or null when the format does not give back exactly what was written.</param>
/// <param name="Error">Why rows could not be read, or null.</param>
public sealed record PartContent(long Bytes, string Checksum, long? Rows, string? Sum, string? Error);
