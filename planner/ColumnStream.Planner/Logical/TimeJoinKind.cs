namespace ColumnStream.Planner.Logical;

/// <summary>Says how time bounds what a join has to keep.</summary>
internal enum TimeJoinKind : byte
{
    /// <summary>Rows meet whose times are near each other.</summary>
    Interval,

    /// <summary>Rows of one window meet when it closes.</summary>
    Window,

    /// <summary>A left row meets the version of its key that was valid at its time.</summary>
    Versioned,

    /// <summary>A left row meets the last right row of its key that is not younger.</summary>
    Asof,

    /// <summary>A left row meets the first right row of its key that is not older.</summary>
    AsofNext,

    /// <summary>A left row meets what a table holds for its key when the row comes; the right side is no input then.</summary>
    Lookup,
}
