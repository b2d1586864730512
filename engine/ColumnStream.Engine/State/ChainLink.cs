namespace ColumnStream.Engine.State;

/// <summary>Stands in a chained row behind its cells: neighbours of its chain, its key's slot and its own. No snapshot holds it.</summary>
internal struct ChainLink
{
    /// <summary>Bytes in a row.</summary>
    public const int Bytes = 16;

    /// <summary>Slot of the row behind, or 0.</summary>
    public uint Next;

    /// <summary>Slot of the row before, or 0.</summary>
    public uint Previous;

    /// <summary>Slot of the key's row.</summary>
    public uint Key;

    /// <summary>The row's own slot.</summary>
    public uint Slot;
}
