namespace ColumnStream.Engine.Operators.TimeOver;

/// <summary>Names the functions that count rows from the beginning of a partition.</summary>
internal enum Ranking : byte
{
    None,
    RowNumber,
    Rank,
    DenseRank,
}
