namespace ColumnStream.Data;

/// <summary>States which column of a source goes into which column of a table.</summary>
/// <param name="Source">The source's column.</param>
/// <param name="Destination">The table's column.</param>
public sealed record ColumnStreamColumnMapping(string Source, string Destination);
