namespace ColumnStream.Engine.Plan;

/// <summary>Names how an exchange maps rows to channels.</summary>
public enum Partitioning : byte
{
    /// <summary>By key group of the key columns' hash.</summary>
    Hash,

    /// <summary>Everything to the one consumer.</summary>
    Single,

    /// <summary>Producer i to consumer i.</summary>
    Forward,

    /// <summary>Batch by batch in turn.</summary>
    RoundRobin,

    /// <summary>Everything to every consumer.</summary>
    Broadcast,
}
