namespace ColumnStream.Engine.Operators.Rank;

/// <summary>Is a row with its copies in a range of ranks.</summary>
/// <param name="Slot">The row.</param>
/// <param name="Copies">How often it stands there.</param>
/// <param name="Rank">Its rank; for ROW_NUMBER that of its first copy.</param>
internal readonly record struct RankEntry(uint Slot, int Copies, long Rank);
