using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Collects changed rows of states with their kinds, a chunk at a time, and emits them as one batch.</summary>
internal sealed unsafe class RowChanges(Schema schema, BufferAllocator allocator) : IDisposable
{
    /// <summary>Changes of a chunk.</summary>
    public const int ChunkRows = 4096;

    private readonly NativeList<nint> _rows = new(allocator);
    private readonly NativeList<byte> _kinds = new(allocator);

    /// <summary>Gets the number of changes.</summary>
    public int Count => _rows.Count;

    /// <summary>Gets the rows, one a change.</summary>
    public byte** Rows => (byte**)_rows.Pointer;

    /// <summary>Adds a change.</summary>
    public void Add(byte* row, RowKind kind)
    {
        _rows.Add((nint)row);
        _kinds.Add((byte)kind);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        _rows.Count = 0;
        _kinds.Count = 0;
    }

    /// <summary>Emits the changes under columns made of <see cref="Rows"/>, which it takes over, and forgets them.</summary>
    public void Emit(ArrayData[] columns, bool withKinds, Collector output)
    {
        int count = Count;
        NativeBuffer? kinds = null;
        if (withKinds)
        {
            kinds = allocator.Allocate(count);
            Buffer.MemoryCopy(_kinds.Pointer, kinds.Pointer, kinds.Capacity, count);
        }

        Clear();
        output.Emit(new StreamBatch(new RecordBatch(schema, columns, count), kinds));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _rows.Dispose();
        _kinds.Dispose();
    }
}
