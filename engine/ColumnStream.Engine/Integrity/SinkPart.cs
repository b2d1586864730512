namespace ColumnStream.Engine.Integrity;

/// <summary>Describes one thing that a commit makes visible: a file, a transaction.</summary>
/// <param name="Name">The visible name, unique among the sink's parts.</param>
/// <param name="Rows">Rows in it, as the sink counted them.</param>
/// <param name="Sum">Sum of the rows' hashes, 32 hexadecimal digits; null where the sink keeps none.</param>
/// <param name="Bytes">Its size; 0 where it has none.</param>
/// <param name="Checksum">Checksum of its bytes in the sink's own words; null where it has none.</param>
public sealed record SinkPart(string Name, long Rows, string? Sum, long Bytes, string? Checksum);
