namespace ColumnStream.Planner.Binding.Joins;

/// <summary>Says which side of a join a condition is about.</summary>
internal enum JoinSide : byte
{
    /// <summary>Only the left one.</summary>
    Left,

    /// <summary>Only the right one.</summary>
    Right,

    /// <summary>Both, none, or a volatile value, which stays where it is.</summary>
    Both,
}
