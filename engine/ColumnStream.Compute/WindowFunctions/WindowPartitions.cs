using System;

namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Says where partitions and, inside them, groups of rows equal in order begin among sorted rows.</summary>
/// <param name="partitions">First row of each partition, then the number of rows.</param>
/// <param name="peers">First row of each group of equals, then the number of rows.</param>
public sealed class WindowPartitions(int[] partitions, int[] peers)
{
    /// <summary>Gets the number of rows.</summary>
    public int Length => partitions[^1];

    /// <summary>Gets the first row of each partition, then the number of rows.</summary>
    public ReadOnlySpan<int> Partitions => partitions;

    /// <summary>Gets the first row of each group of equals, then the number of rows.</summary>
    public ReadOnlySpan<int> Peers => peers;
}
