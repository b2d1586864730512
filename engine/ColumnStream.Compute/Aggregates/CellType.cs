namespace ColumnStream.Compute.Aggregates;

/// <summary>Names what a row of keyed state holds in one cell.</summary>
public enum CellType : byte
{
    /// <summary>A signed 64-bit integer.</summary>
    Int64,

    /// <summary>A binary64 number.</summary>
    Float64,

    /// <summary>A signed 128-bit integer.</summary>
    Int128,

    /// <summary>A 16-byte view whose long form holds an address.</summary>
    View,

    /// <summary>A view of bytes that grow at their end, with room behind them.</summary>
    Bytes,
}
