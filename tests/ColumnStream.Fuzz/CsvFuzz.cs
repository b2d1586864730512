using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Testing.Formats;

namespace ColumnStream.Fuzz;

/// <summary>Feeds damaged CSV lines to the decoder and to a naive reader; both must agree on every line.</summary>
/// <remarks>
/// Memory is guarded: a read outside a buffer ends the process. What the decoder learns lives over a whole slice. A case is
/// a few lines; it reaches the body when a line is read, and counts as refused when none is.
/// </remarks>
public static class CsvFuzz
{
    private const int MostLines = 4;

    /// <summary>Tries cases in this process, for callers that want the figures only.</summary>
    public static FuzzReport Run(int seed, int count)
    {
        var run = new FuzzRun(seed, first: 0, count, plant: 0, log: null);
        Run(run);
        return new FuzzReport(count, run.Reached, run.Rejected);
    }

    /// <summary>Tries the cases of a run.</summary>
    internal static void Run(FuzzRun run)
    {
        using var session = new CsvDifferential.Session(new GuardedPool(), run.Shared(), new LineWatch(run));
        while (run.Next(out Random? random))
        {
            try
            {
                (int accepted, _) = session.Case(random, random.Next(1, MostLines + 1), run.Seed);
                run.Reached += accepted > 0 ? 1 : 0;
                run.Rejected += accepted > 0 ? 0 : 1;
            }
            catch (Exception e) when (e is not FuzzException)
            {
                throw run.Error("CSV readers differ.", e);
            }
        }
    }
}
