using System.Collections.Generic;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Says whether a job's ledger, checkpoints and visible results agree.</summary>
/// <param name="JobId">The job; empty where nothing could be read.</param>
/// <param name="Lines">One a comparison.</param>
public sealed record IntegrityReport(string JobId, IReadOnlyList<IntegrityLine> Lines)
{
    /// <summary>Gets whether nothing differs.</summary>
    public bool IsOk
    {
        get
        {
            foreach (IntegrityLine line in Lines)
            {
                if (!line.IsOk)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Gets the line with the first epoch that differs, or null when all is well.</summary>
    public IntegrityLine? First
    {
        get
        {
            IntegrityLine? first = null;
            foreach (IntegrityLine line in Lines)
            {
                if (!line.IsOk && (first is null || (line.Epoch ?? long.MaxValue) < (first.Epoch ?? long.MaxValue)))
                {
                    first = line;
                }
            }

            return first;
        }
    }
}
