namespace ColumnStream.Engine.State;

/// <summary>Stands in a key's row for each side: the first and last row of its chain, 0 for none.</summary>
internal struct ChainEnds
{
    /// <summary>Slot of the first row.</summary>
    public uint Head;

    /// <summary>Slot of the last row.</summary>
    public uint Tail;
}
