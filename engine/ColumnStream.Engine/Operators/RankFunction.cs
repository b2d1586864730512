namespace ColumnStream.Engine.Operators;

/// <summary>Says how rows of a partition are numbered.</summary>
public enum RankFunction : byte
{
    /// <summary>1, 2, 3 …; equals in the order in which they came.</summary>
    RowNumber,

    /// <summary>Equals have one number, and as many numbers are left out behind them.</summary>
    Rank,

    /// <summary>Equals have one number, and the next one follows.</summary>
    DenseRank,
}
