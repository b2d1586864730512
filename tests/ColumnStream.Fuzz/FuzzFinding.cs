namespace ColumnStream.Fuzz;

/// <summary>Describes the first failure of a run.</summary>
/// <param name="Seed">The seed of the slice.</param>
/// <param name="Case">The number of the case in its slice.</param>
/// <param name="Kind">How it ended: crash, hang or failure.</param>
/// <param name="Detail">What the child said last.</param>
public sealed record FuzzFinding(int Seed, int Case, string Kind, string Detail);
