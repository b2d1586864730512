namespace ColumnStream.Microbench.Kernels;

/// <summary>Names one operation, its SQL, and what the design's prototype needed for it on its own machine.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Sql">An expression over the table, or, behind WHERE, a predicate.</param>
/// <param name="Figure">Nanoseconds a row of the design page; the larger where it gives a range.</param>
/// <param name="Peer">Which loop of <see cref="Calibration"/> has the same limit: it scales the figure to this machine.</param>
internal sealed record KernelCase(string Name, string Sql, double Figure, Peer Peer);

/// <summary>Names the limits that loops have.</summary>
internal enum Peer
{
    /// <summary>Vector instructions over 64-bit lanes.</summary>
    Vector,

    /// <summary>Scalar instructions, branches and loads.</summary>
    Scalar,
}
