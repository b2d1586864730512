using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators;

/// <summary>Holds rows of a changelog as they came; every snapshot writes all of them, slot = position.</summary>
/// <remarks>
/// Rows belong to the key group of their keys; without keys one subtask holds all rows, or any subtask any rows: then their groups are
/// spread over its own ones.
/// </remarks>
internal sealed unsafe class KeptRows : OperatorState
{
    private const int FixedColumns = 4;
    private readonly BufferAllocator _allocator;
    private readonly Schema _schema;
    private readonly Schema _fileSchema;
    private readonly ValueList<int> _keys;
    private readonly int _keyGroups;
    private readonly List<StreamBatch> _batches = [];
    private readonly Queue<StreamBatch> _frozen = new();
    private long _rowCount;
    private long _frozenSlot;

    public KeptRows(string name, Schema schema, BufferAllocator allocator, ValueList<int> keys = default, int keyGroups = 1)
    {
        _keys = keys;
        _keyGroups = keyGroups;
        Name = name;
        _schema = schema;
        _allocator = allocator;
        Field[] columns =
        [
            new("slot", new DataType(TypeId.UInt32), Nullable: false),
            new("live", DataType.Bool, Nullable: false),
            new("key_group", new DataType(TypeId.UInt16), Nullable: false),
            new("kind", new DataType(TypeId.UInt8), Nullable: false),
            .. schema.Fields,
        ];
        for (int i = FixedColumns; i < columns.Length; i++)
        {
            columns[i] = columns[i] with { Nullable = true };
        }

        _fileSchema = new Schema(columns);
    }

    public override string Name { get; }

    public override ValueList<StateColumn> Columns
    {
        get
        {
            var columns = new StateColumn[_fileSchema.Fields.Count - 3];
            for (int i = 0; i < columns.Length; i++)
            {
                Field kept = _fileSchema.Fields[i + 3];
                columns[i] = new StateColumn(
                    i == 0 ? kept.Name : $"column{i - 1}:{kept.Name}", kept.Type,
                    i == 0 ? StateColumnRole.Own : _keys.Span.IndexOf(i - 1) >= 0 ? StateColumnRole.Key : StateColumnRole.Row);
            }

            return ValueList.Create<StateColumn>(columns);
        }
    }

    public override long RowCount => _rowCount;

    public override long Bytes
    {
        get
        {
            long bytes = 0;
            foreach (StreamBatch batch in _batches)
            {
                bytes += batch.Rows.PinnedBytes;
            }

            return bytes;
        }
    }

    /// <summary>Gets that a snapshot replaces the ones before: it says nothing of rows that went since.</summary>
    public override bool MustBeFull => true;

    /// <summary>Gets the key groups of the subtask, where rows came to it by chance and may go to any other.</summary>
    public KeyGroupRange? OwnGroups { get; init; }

    /// <summary>Gets whether a −U or −D is among the rows.</summary>
    public bool HasRetractions { get; private set; }

    /// <summary>Takes over a batch without selection.</summary>
    public void Add(StreamBatch batch)
    {
        _batches.Add(batch);
        _rowCount += batch.Rows.Length;
        for (int i = 0; batch.Kinds is not null && !HasRetractions && i < batch.Rows.Length; i++)
        {
            HasRetractions = batch.Kinds[i] is RowKind.UpdateBefore or RowKind.Delete;
        }
    }

    /// <summary>Gives all rows that stand, as one batch, and keeps none; null when there are none.</summary>
    /// <remarks>A snapshot that is being written goes on: its barrier came before.</remarks>
    public RecordBatch? TakeAll()
    {
        if (_batches.Count == 0)
        {
            return null;
        }

        RecordBatch[] parts = _batches.ConvertAll(static b => b.Rows).ToArray();
        RecordBatch all = ArrayConcat.Concat(parts, _allocator);
        if (HasRetractions)
        {
            RecordBatch standing = Standing(all);
            all.Release();
            all = standing;
        }

        DropRows();
        return all;
    }

    /// <summary>Gives all batches as they came, with their kinds, and keeps none.</summary>
    public IReadOnlyList<StreamBatch> TakeBatches()
    {
        StreamBatch[] all = [.. _batches];
        _batches.Clear();
        DropRows();
        return all;
    }

    /// <summary>Drops all rows, those of a snapshot that is being written too.</summary>
    public void Clear()
    {
        DropRows();
        AbortSnapshot();
    }

    public override void BeginSnapshot(bool full)
    {
        AbortSnapshot();
        foreach (StreamBatch batch in _batches)
        {
            _frozen.Enqueue(batch.Share(_allocator));
        }

        _frozenSlot = 0;
    }

    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        for (int rows = 0; rows < maxRows && _frozen.TryDequeue(out StreamBatch? batch); rows += batch.Rows.Length)
        {
            RecordBatch image = Image(batch.Rows, batch.Kinds, _frozenSlot);
            _frozenSlot += batch.Rows.Length;
            batch.Release();
            write(image);
            image.Release();
        }

        return _frozen.Count > 0;
    }

    public override void AbortSnapshot()
    {
        while (_frozen.TryDequeue(out StreamBatch? batch))
        {
            batch.Release();
        }
    }

    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        var bySlot = new SortedDictionary<uint, (RecordBatch Batch, int Row)>();
        List<RecordBatch> read = [];
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            read.Add(batch);
            ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
            var live = (BooleanArray)batch.Columns[1];
            ReadOnlySpan<ushort> groups = ((FixedWidthArray)batch.Columns[2]).Values<ushort>();
            for (int i = 0; i < batch.Length; i++)
            {
                if (live.GetValue(i) && keyGroups.Contains(groups[i]))
                {
                    bySlot[slots[i]] = (batch, i);
                }
                else
                {
                    bySlot.Remove(slots[i]);
                }
            }
        }

        AddRestored(bySlot.Values);
        read.ForEach(static b => b.Release());
    }

    private void DropRows()
    {
        foreach (StreamBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
        _rowCount = 0;
        HasRetractions = false;
    }

    private void AddRestored(IEnumerable<(RecordBatch Batch, int Row)> rows)
    {
        RecordBatch? current = null;
        var indices = new List<int>();
        foreach ((RecordBatch batch, int row) in rows)
        {
            if (!ReferenceEquals(batch, current))
            {
                AddTaken(current, indices);
                current = batch;
                indices.Clear();
            }

            indices.Add(row);
        }

        AddTaken(current, indices);
    }

    private void AddTaken(RecordBatch? image, List<int> indices)
    {
        if (image is null || indices.Count == 0)
        {
            return;
        }

        RecordBatch taken = TakeKernel.Take(image, CollectionsMarshal.AsSpan(indices), _allocator);
        var kindColumn = (FixedWidthArray)taken.Columns[FixedColumns - 1];
        NativeBuffer kinds = _allocator.Allocate(taken.Length);
        kindColumn.Values<byte>().CopyTo(kinds.Span);
        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = taken.Columns[i + FixedColumns].Retain();
        }

        Add(new StreamBatch(new RecordBatch(_schema, columns, taken.Length), kinds));
        taken.Release();
    }

    private RecordBatch Image(RecordBatch rows, RowKind* kinds, long firstSlot)
    {
        int length = rows.Length;
        using var slot = new FixedWidthBuilder(_fileSchema.Fields[0].Type, _allocator, length);
        using var live = new BooleanBuilder(_allocator, length);
        using var group = new FixedWidthBuilder(_fileSchema.Fields[2].Type, _allocator, length);
        using var kind = new FixedWidthBuilder(_fileSchema.Fields[3].Type, _allocator, length);
        ulong[] hashes = new ulong[length];
        if (_keys.Count > 0)
        {
            KeyHash.Hash(rows, [.. _keys], hashes);
        }

        for (int i = 0; i < length; i++)
        {
            slot.Append(checked((uint)(firstSlot + i)));
            live.Append(true);
            group.Append((ushort)(OwnGroups is { } own
                ? own.First + (int)((firstSlot + i) % Math.Max(1, own.End - own.First)) : KeyHash.KeyGroup(hashes[i], _keyGroups)));
            kind.Append(kinds is null ? (byte)RowKind.Insert : (byte)kinds[i]);
        }

        var columns = new ArrayData[_fileSchema.Fields.Count];
        columns[0] = slot.Finish();
        columns[1] = live.Finish();
        columns[2] = group.Finish();
        columns[3] = kind.Finish();
        for (int i = FixedColumns; i < columns.Length; i++)
        {
            columns[i] = rows.Columns[i - FixedColumns].Retain();
        }

        return new RecordBatch(_fileSchema, columns, length);
    }

    /// <summary>Cancels each −U or −D against the last equal row before it.</summary>
    private RecordBatch Standing(RecordBatch all)
    {
        var byContent = new Dictionary<RowContent, Stack<int>>();
        var dead = new bool[all.Length];
        int row = 0;
        foreach (StreamBatch batch in _batches)
        {
            for (int i = 0; i < batch.Rows.Length; i++, row++)
            {
                RowKind kind = batch.Kinds is null ? RowKind.Insert : batch.Kinds[i];
                var content = new RowContent(all, row);
                if (!byContent.TryGetValue(content, out Stack<int>? standing))
                {
                    byContent.Add(content, standing = new Stack<int>());
                }

                if (kind is RowKind.Insert or RowKind.UpdateAfter)
                {
                    standing.Push(row);
                }
                else
                {
                    dead[row] = true;
                    if (standing.TryPop(out int cancelled))
                    {
                        dead[cancelled] = true;
                    }
                }
            }
        }

        var rows = new List<int>(all.Length);
        for (int i = 0; i < dead.Length; i++)
        {
            if (!dead[i])
            {
                rows.Add(i);
            }
        }

        return TakeKernel.Take(all, CollectionsMarshal.AsSpan(rows), _allocator);
    }
}
