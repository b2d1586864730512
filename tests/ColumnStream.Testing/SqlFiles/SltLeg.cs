namespace ColumnStream.Testing.SqlFiles;

/// <summary>Names one way to run a file: the answers must be the same in all.</summary>
/// <param name="Parallelism">Subtasks of each step.</param>
/// <param name="BatchRows">Largest batch.</param>
/// <param name="CutSeed">Seed of random batch cuts, or null.</param>
/// <param name="CreditBytes">Window of a channel.</param>
public sealed record SltLeg(int Parallelism, int BatchRows, int? CutSeed, long CreditBytes);
