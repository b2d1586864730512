namespace ColumnStream.Connectors.Jdbc;

/// <summary>Names one object of rows that wait for their epoch.</summary>
/// <param name="Name">Its name in the store of checkpoints.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Crc">CRC-32C of them.</param>
internal sealed record StagedPart(string Name, long Length, uint Crc);
