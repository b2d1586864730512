namespace ColumnStream.Planner.Changelogs;

/// <summary>Names what bounds the state of a node, from the least that can grow to the most.</summary>
internal enum StateGrowth
{
    /// <summary>It keeps nothing, or a fixed number of rows.</summary>
    None,

    /// <summary>Its input ends.</summary>
    Input,

    /// <summary>Watermarks take rows away.</summary>
    Watermark,

    /// <summary>The clock takes rows away.</summary>
    Clock,

    /// <summary>Time takes away what nothing touches.</summary>
    Ttl,

    /// <summary>It grows with the number of different keys, not of rows.</summary>
    Keys,

    /// <summary>It grows with every row that comes.</summary>
    Unbounded,
}
