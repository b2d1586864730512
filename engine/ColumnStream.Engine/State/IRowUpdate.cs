namespace ColumnStream.Engine.State;

/// <summary>Adds one input row to a state row; a struct, so that each set of aggregates has its own loop.</summary>
internal unsafe interface IRowUpdate
{
    /// <summary>Adds input row <paramref name="index"/> of the block <paramref name="times"/> times: once or not at all.</summary>
    /// <remarks>With 0 nothing may change: the row may be another group's.</remarks>
    void Apply(byte* row, int index, int times);
}
