namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Is a block of input rows whose groups were found and touched.</summary>
/// <param name="at">First input row.</param>
/// <param name="count">Number of input rows, at most <see cref="State.StateTable.BlockRows"/>.</param>
/// <param name="rows">The group's row of each.</param>
/// <param name="slots">The group's slot of each.</param>
/// <param name="hashes">The group's hash of each.</param>
internal readonly unsafe ref struct GroupBlock(int at, int count, byte** rows, uint* slots, ulong* hashes)
{
    public readonly int At = at;
    public readonly int Count = count;
    public readonly byte** Rows = rows;
    public readonly uint* Slots = slots;
    public readonly ulong* Hashes = hashes;
}
