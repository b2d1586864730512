namespace ColumnStream.Compute.WindowFunctions;

/// <summary>Names an end of a frame.</summary>
public enum FrameLimitKind : byte
{
    /// <summary>The first row of the partition.</summary>
    UnboundedPreceding,

    /// <summary>So many rows, or so much of the order key, before the current row.</summary>
    Preceding,

    /// <summary>The current row; under RANGE all rows that are equal to it in order.</summary>
    CurrentRow,

    /// <summary>So many rows, or so much of the order key, behind the current row.</summary>
    Following,

    /// <summary>The last row of the partition.</summary>
    UnboundedFollowing,
}
