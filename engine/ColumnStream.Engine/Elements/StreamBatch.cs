using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute;

namespace ColumnStream.Engine.Elements;

/// <summary>Adds to a record batch its row kinds (null = all inserts) and selection (null = all rows).</summary>
/// <remarks>Has one owner; passing it on moves it; the owner releases it with <see cref="Release"/>. Not thread-safe.</remarks>
public sealed unsafe class StreamBatch : StreamElement
{
    private NativeBuffer? _kinds;
    private Selection? _selection;

    /// <summary>Takes over all parts.</summary>
    /// <param name="rows">The columns.</param>
    /// <param name="kinds">One <see cref="RowKind"/> byte a row of <paramref name="rows"/>, or null.</param>
    /// <param name="selection">Surviving rows, or null for all.</param>
    public StreamBatch(RecordBatch rows, NativeBuffer? kinds = null, Selection? selection = null)
    {
        Rows = rows;
        _kinds = kinds;
        _selection = selection;
    }

    /// <summary>Gets the columns, unselected rows included.</summary>
    public RecordBatch Rows { get; }

    /// <summary>Gets the row kinds, one a row of <see cref="Rows"/>, or null when all are inserts.</summary>
    public RowKind* Kinds => _kinds is null ? null : (RowKind*)_kinds.Pointer;

    /// <summary>Gets the buffer of <see cref="Kinds"/>; retain it to share it.</summary>
    public NativeBuffer? KindsBuffer => _kinds;

    /// <summary>Gets the surviving rows, or null for all.</summary>
    public Selection? Selection => _selection;

    /// <summary>Gets or sets what the batch costs on the channel that carries it; the runtime's own.</summary>
    public long ChargedBytes { get; set; }

    /// <summary>Gets the number of rows that count.</summary>
    public int Count => _selection is null ? Rows.Length : _selection.Count;

    /// <summary>Replaces the selection; the old one is disposed, the new one taken over.</summary>
    public void Select(Selection selection)
    {
        _selection?.Dispose();
        _selection = selection;
    }

    /// <summary>Spends the selection: returns a batch of just the rows that count. This batch must not be used again.</summary>
    public StreamBatch Compact(BufferAllocator allocator)
    {
        if (_selection is null)
        {
            return this;
        }

        var columns = new ArrayData[Rows.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = TakeKernel.Take(Rows.Columns[i], _selection.Rows, allocator);
        }

        NativeBuffer? kinds = null;
        if (_kinds is not null)
        {
            kinds = allocator.Allocate(_selection.Count);
            for (int i = 0; i < _selection.Count; i++)
            {
                kinds.Pointer[i] = _kinds.Pointer[_selection.Pointer[i]];
            }
        }

        var compact = new StreamBatch(new RecordBatch(Rows.Schema, columns, _selection.Count), kinds);
        Release();
        return compact;
    }

    /// <summary>Puts other columns of the same length under these kinds and this selection. This batch must not be used again.</summary>
    /// <param name="rows">Taken over.</param>
    public StreamBatch WithRows(RecordBatch rows)
    {
        var moved = new StreamBatch(rows, _kinds, _selection);
        _kinds = null;
        _selection = null;
        Rows.Release();
        return moved;
    }

    /// <summary>Puts the same columns under other names. This batch must not be used again.</summary>
    public StreamBatch WithSchema(Schema schema)
    {
        if (ReferenceEquals(schema, Rows.Schema))
        {
            return this;
        }

        var columns = new ArrayData[Rows.Columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = Rows.Columns[i].Retain();
        }

        return WithRows(new RecordBatch(schema, columns, Rows.Length));
    }

    /// <summary>Makes the kinds writable: copies them where they are shared. This batch must not be used again.</summary>
    public StreamBatch WithOwnKinds(BufferAllocator allocator)
    {
        if (_kinds is null || !_kinds.IsShared)
        {
            return this;
        }

        NativeBuffer own = allocator.Allocate(Rows.Length);
        new ReadOnlySpan<byte>(_kinds.Pointer, Rows.Length).CopyTo(own.Span);
        var copy = new StreamBatch(Rows, own, _selection);
        _kinds.Release();
        _kinds = null;
        _selection = null;
        return copy;
    }

    /// <summary>Makes a second owner's batch over the same rows and kinds; the selection is copied.</summary>
    public StreamBatch Share(BufferAllocator allocator)
    {
        Selection? copy = null;
        if (_selection is not null)
        {
            copy = new Selection(_selection.Count, allocator) { Count = _selection.Count };
            _selection.Rows.CopyTo(new Span<int>(copy.Pointer, copy.Count));
        }

        return new StreamBatch(Rows.Retain(), _kinds?.Retain(), copy);
    }

    /// <summary>Makes a batch of rows [from, from + count) of this one, which has no selection and stays.</summary>
    public StreamBatch Slice(int from, int count, BufferAllocator allocator)
    {
        NativeBuffer? kinds = null;
        if (_kinds is not null)
        {
            kinds = allocator.Allocate(count);
            new ReadOnlySpan<byte>(_kinds.Pointer + from, count).CopyTo(kinds.Span);
        }

        return new StreamBatch(Rows.Slice(from, count, allocator), kinds);
    }

    /// <summary>Gives back rows, kinds and selection.</summary>
    public void Release()
    {
        Rows.Release();
        _kinds?.Release();
        _selection?.Dispose();
        _kinds = null;
        _selection = null;
    }
}
