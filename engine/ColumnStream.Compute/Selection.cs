using System;
using ColumnStream.Arrow.Memory;

namespace ColumnStream.Compute;

/// <summary>Names the surviving row indices of a batch, ascending, so that filters select instead of copying.</summary>
/// <remarks>
/// Has one owner, who disposes it; room for 16 more indices stands behind the last, for whole-vector stores.
/// </remarks>
public sealed unsafe class Selection : IDisposable
{
    private readonly NativeBuffer _rows;

    /// <summary>Makes an empty selection with room for <paramref name="capacityRows"/> indices.</summary>
    public Selection(int capacityRows, BufferAllocator allocator) =>
        _rows = allocator.Allocate((capacityRows + 16L) * sizeof(int));

    /// <summary>Gets or sets the number of surviving rows.</summary>
    public int Count { get; set; }

    /// <summary>Gets the first index.</summary>
    public int* Pointer => (int*)_rows.Pointer;

    /// <summary>Gets the surviving row indices, ascending.</summary>
    public ReadOnlySpan<int> Rows => new(Pointer, Count);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => _rows.Release();
}
