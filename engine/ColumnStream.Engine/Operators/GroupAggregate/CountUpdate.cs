using System.Runtime.CompilerServices;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.GroupAggregate;

/// <summary>Counts rows in the cell at an offset.</summary>
internal readonly unsafe struct CountUpdate(int offset) : IRowUpdate
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply(byte* row, int index, int times) => *(long*)(row + offset) += times;
}
