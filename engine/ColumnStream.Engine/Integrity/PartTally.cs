using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Engine.Integrity;

/// <summary>Cuts a writer's rows into those of its parts.</summary>
/// <param name="tally">The writer's rows, or null without a ledger.</param>
public sealed class PartTally(RowTally? tally)
{
    private long _rows;
    private RowSum _sum;

    /// <summary>Returns the rows written since the last call, and the sum of their hashes; null without a ledger.</summary>
    public (long? Rows, string? Sum) Take()
    {
        if (tally is null)
        {
            return (null, null);
        }

        long rows = tally.Rows - _rows;
        RowSum sum = tally.Sum - _sum;
        _rows = tally.Rows;
        _sum = tally.Sum;
        return (rows, tally.HasSums ? sum.ToString() : null);
    }
}
