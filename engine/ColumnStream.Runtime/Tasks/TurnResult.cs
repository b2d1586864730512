namespace ColumnStream.Runtime.Tasks;

/// <summary>Says what a turn left behind.</summary>
public enum TurnResult : byte
{
    /// <summary>Nothing to do until somebody notifies the unit.</summary>
    Idle,

    /// <summary>There is more to do now.</summary>
    More,

    /// <summary>The unit never needs a turn again.</summary>
    Done,
}
