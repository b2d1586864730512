namespace ColumnStream.Data;

/// <summary>Says what a change does to the rows that a subscriber holds.</summary>
public enum ColumnStreamRowKind
{
    /// <summary>The row is new.</summary>
    Insert,

    /// <summary>The row is what is replaced by the next change.</summary>
    UpdateBefore,

    /// <summary>The row replaces one of the same key, or the one of the change before it.</summary>
    UpdateAfter,

    /// <summary>The row is gone.</summary>
    Delete,

    /// <summary>
    /// The query has begun anew behind a broken connection: all rows held are to be dropped, they come again. It has no values.
    /// </summary>
    Reset,
}
