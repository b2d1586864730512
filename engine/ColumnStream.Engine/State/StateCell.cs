using ColumnStream.Compute.Aggregates;

namespace ColumnStream.Engine.State;

/// <summary>Declares one value cell of a state row; all zero bytes is its first content.</summary>
/// <param name="Name">The column's name in checkpoints.</param>
/// <param name="Type">What it holds.</param>
internal sealed record StateCell(string Name, CellType Type)
{
    /// <summary>Gets whether checkpoints leave it out: its owner makes it anew after a restore, and changes it without a touch.</summary>
    public bool IsTransient { get; init; }

    /// <summary>Gets what a changed query may do to it.</summary>
    public StateColumnRole Role { get; init; } = StateColumnRole.Own;

    /// <summary>Gets the bytes in a row.</summary>
    public int Bytes => Type is CellType.Int128 or CellType.View or CellType.Bytes ? 16 : 8;
}
