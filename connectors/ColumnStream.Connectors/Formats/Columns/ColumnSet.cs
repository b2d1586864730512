using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Columns;

/// <summary>Holds the columns of the batch being decoded, the input blocks its views name, and an arena for unescaped text.</summary>
internal sealed unsafe class ColumnSet : IDisposable
{
    private const int ArenaBytes = 64 << 10;
    private readonly BufferAllocator _allocator;
    private readonly List<NativeBuffer> _buffers = [];
    private readonly int[] _projection;
    private readonly bool[] _wanted;
    private readonly Schema _schema;
    private readonly bool _hasViews;
    private NativeBuffer? _arena;
    private int _arenaIndex;
    private bool _open;

    public ColumnSet(FormatContext context)
    {
        _allocator = context.Allocator;
        _projection = context.Projection.Span.ToArray();
        _schema = context.OutputSchema();
        Root = new DecodeColumn(string.Empty, string.Empty, SqlType.Row(context.Columns), context.MaxRows, _allocator);
        _wanted = new bool[Root.Children.Length];
        foreach (int index in _projection)
        {
            _wanted[index] = true;
        }

        foreach (DecodeColumn column in Root.Children)
        {
            _hasViews |= HasViews(column);
        }
    }

    /// <summary>Gets the record of all declared columns.</summary>
    public DecodeColumn Root { get; }

    /// <summary>Gets the bits of the columns that are given; without a meaning above 63 columns.</summary>
    public ulong WantedBits
    {
        get
        {
            ulong bits = 0;
            foreach (int index in _projection)
            {
                bits |= 1UL << index;
            }

            return bits;
        }
    }

    /// <summary>Gets or sets the rows decoded.</summary>
    public int Rows { get; set; }

    /// <summary>Gets the index that views give for the block in use.</summary>
    public int BlockIndex { get; private set; }

    /// <summary>Gets the first byte of the block in use.</summary>
    public byte* BlockStart { get; private set; }

    /// <summary>Makes <paramref name="block"/> the one that views of the next rows name.</summary>
    public void UseBlock(NativeBuffer block)
    {
        if (!_open)
        {
            Root.Open();
            _open = true;
        }

        BlockStart = block.Pointer;
        if (!_hasViews || (_buffers.Count > 0 && _buffers[BlockIndex] == block))
        {
            return;
        }

        BlockIndex = _buffers.Count;
        _buffers.Add(block.Retain());
    }

    /// <summary>Stores a view of bytes that stand in the block in use; 12 bytes must be readable there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreView(DecodeColumn column, int slot, byte* source, int length)
    {
        StringView* target = (StringView*)column.Data + slot;
        if (length <= StringView.InlineLength)
        {
            TextScan.StoreShort(target, source, length);
            return;
        }

        column.LongBytes += length;
        target->Low = (uint)length | ((ulong)Unsafe.ReadUnaligned<uint>(source) << 32);
        target->High = (uint)BlockIndex | ((ulong)(uint)(source - BlockStart) << 32);
    }

    /// <summary>Reads text that a slot holds; valid until the next value is stored.</summary>
    public ReadOnlySpan<byte> Text(DecodeColumn column, int slot)
    {
        StringView* view = (StringView*)column.Data + slot;
        return view->IsInline
            ? new ReadOnlySpan<byte>((byte*)view + 4, view->Length)
            : new ReadOnlySpan<byte>(_buffers[view->BufferIndex].Pointer + view->Offset, view->Length);
    }

    /// <summary>Gives room in the arena; then <see cref="Commit"/>.</summary>
    public byte* Reserve(int bytes)
    {
        if (_arena is null || _arena.Capacity - _arena.Length < bytes)
        {
            _arena = _allocator.Allocate(Math.Max(ArenaBytes, bytes));
            _arena.Length = 0;
            _arenaIndex = _buffers.Count;
            _buffers.Add(_arena);
        }

        return _arena.Pointer + _arena.Length;
    }

    /// <summary>Makes a view of <paramref name="length"/> bytes written into the room.</summary>
    public StringView Commit(DecodeColumn column, int length)
    {
        int offset = (int)_arena!.Length;
        StringView view = StringView.Create(_arena.Pointer + offset, length, _arenaIndex, offset);
        if (length > StringView.InlineLength)
        {
            _arena.Length += length;
            column.LongBytes += length;
        }

        return view;
    }

    /// <summary>Makes a batch of the decoded rows, or null when there are none.</summary>
    public RecordBatch? Take()
    {
        if (Rows == 0)
        {
            Reset();
            return null;
        }

        int rows = Rows;
        var columns = new ArrayData[_projection.Length];
        var made = new ArrayData?[_wanted.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            int index = _projection[i];
            columns[i] = made[index]?.Retain() ?? (made[index] = Root.Children[index].Finish(rows, this));
        }

        Reset();
        return new RecordBatch(_schema, columns, rows);
    }

    /// <summary>Takes the unfinished row back.</summary>
    public void RollbackRow()
    {
        foreach (DecodeColumn column in Root.Children)
        {
            column.Rollback(Rows);
        }
    }

    /// <summary>Forgets all rows.</summary>
    public void Reset()
    {
        Rows = 0;
        Root.Clear();
        foreach (NativeBuffer buffer in _buffers)
        {
            buffer.Release();
        }

        _buffers.Clear();
        _arena = null;
        BlockIndex = 0;
        _open = false;
    }

    /// <summary>Gives back all memory.</summary>
    public void Dispose()
    {
        Reset();
        Root.Release();
    }

    /// <summary>Makes a view array that shares the blocks, or copies when little of them is alive.</summary>
    internal ViewArray Views(DecodeColumn column, int rows, NativeBuffer views, NativeBuffer? validity)
    {
        NativeBuffer[] data = [];
        if (column.LongBytes > 0)
        {
            long pinned = 0;
            foreach (NativeBuffer buffer in _buffers)
            {
                pinned += buffer.Capacity;
            }

            data = column.LongBytes < pinned / 4 ? Compact(column, rows, (StringView*)views.Pointer) : Share();
        }

        column.LongBytes = 0;
        return new ViewArray(column.Arrow, rows, views, data, validity);
    }

    private static bool HasViews(DecodeColumn column)
    {
        bool has = column.Kind is ColumnKind.Text or ColumnKind.Bytes;
        foreach (DecodeColumn child in column.Children)
        {
            has |= HasViews(child);
        }

        return has;
    }

    private NativeBuffer[] Share()
    {
        var data = new NativeBuffer[_buffers.Count];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = _buffers[i].Retain();
        }

        return data;
    }

    private NativeBuffer[] Compact(DecodeColumn column, int rows, StringView* views)
    {
        NativeBuffer copy = _allocator.Allocate(column.LongBytes + Vector256<byte>.Count);
        int offset = 0;
        for (int i = 0; i < rows; i++)
        {
            StringView view = views[i];
            if (view.Length > StringView.InlineLength)
            {
                byte* source = _buffers[view.BufferIndex].Pointer + view.Offset;
                Copy(source, copy.Pointer + offset, view.Length);
                views[i].BufferIndex = 0;
                views[i].Offset = offset;
                offset += view.Length;
            }
        }

        copy.Length = offset;
        return [copy];
    }

    /// <summary>Copies whole vectors: up to 31 bytes behind both ends are touched.</summary>
    private static void Copy(byte* source, byte* target, int length)
    {
        for (int i = 0; i < length; i += Vector256<byte>.Count)
        {
            Vector256.Load(source + i).Store(target + i);
        }
    }
}
