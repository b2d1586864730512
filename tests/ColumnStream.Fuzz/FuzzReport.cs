namespace ColumnStream.Fuzz;

/// <summary>Counts what became of mutated inputs.</summary>
/// <param name="Cases">The inputs that were tried.</param>
/// <param name="ReachedBody">Those that passed all outer checks, so that their contents were read.</param>
/// <param name="Rejected">Those that were refused by the format's own exception.</param>
/// <param name="Finding">What went wrong, or null.</param>
public sealed record FuzzReport(int Cases, int ReachedBody, int Rejected, FuzzFinding? Finding = null)
{
    public double ReachedPercent => Cases == 0 ? 0 : 100.0 * ReachedBody / Cases;
}
