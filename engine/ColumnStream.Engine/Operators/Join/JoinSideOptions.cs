using System;

namespace ColumnStream.Engine.Operators.Join;

/// <summary>Says what the rows of a side have to remember.</summary>
[Flags]
internal enum JoinSideOptions : byte
{
    /// <summary>Nothing but themselves.</summary>
    None = 0,

    /// <summary>Rows may go, so they are found by all their columns, and equal ones are counted.</summary>
    Retracts = 1,

    /// <summary>How many rows of the other side match.</summary>
    CountsMatches = 2,
}
