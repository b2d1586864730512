namespace ColumnStream.Fuzz;

/// <summary>Counts what became of mutated inputs; anything but reading or an orderly refusal is thrown.</summary>
/// <param name="Cases">The inputs that were tried.</param>
/// <param name="ReachedBody">Those that passed all outer checks, so that their contents were read.</param>
/// <param name="Rejected">Those that were refused by the format's own exception.</param>
public sealed record FuzzReport(int Cases, int ReachedBody, int Rejected);
