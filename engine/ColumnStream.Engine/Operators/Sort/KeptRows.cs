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
internal sealed unsafe class KeptRows : OperatorState, ISpillableState
{
    private const int FixedColumns = 4;
    private const long JoinedBytes = 1 << 18;
    private readonly BufferAllocator _allocator;
    private readonly Schema _schema;
    private readonly Schema _fileSchema;
    private readonly ValueList<int> _keys;
    private readonly int _keyGroups;
    private readonly List<SpillableBatch> _batches = [];
    private readonly Queue<SpillableBatch> _frozen = new();
    private readonly StateSpill? _spill;
    private readonly SpilledBatches? _disk;
    private int _onDisk;
    private long _rowCount;
    private long _frozenSlot;

    public KeptRows(
        string name,
        Schema schema,
        BufferAllocator allocator,
        ValueList<int> keys = default,
        int keyGroups = 1,
        StateSpill? spill = null)
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
        _spill = spill;
        if (spill is not null)
        {
            _disk = new SpilledBatches(spill, allocator);
            spill.Add(this);
        }
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
            for (int i = _onDisk; i < _batches.Count; i++)
            {
                bytes += _batches[i].Bytes;
            }

            return bytes;
        }
    }

    public override long SpilledBytes => _disk?.Bytes ?? 0;

    /// <summary>Gets that a snapshot replaces the ones before: it says nothing of rows that went since.</summary>
    public override bool MustBeFull => true;

    /// <summary>Gets the key groups of the subtask, where rows came to it by chance and may go to any other.</summary>
    public KeyGroupRange? OwnGroups { get; init; }

    /// <summary>Gets whether a −U or −D is among the rows.</summary>
    public bool HasRetractions { get; private set; }

    /// <summary>Takes over a batch without selection.</summary>
    public void Add(StreamBatch batch)
    {
        _batches.Add(new SpillableBatch(batch));
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

        bool hasRetractions = HasRetractions;
        IReadOnlyList<StreamBatch> batches = TakeBatches();
        RecordBatch? all = null;
        try
        {
            var parts = new RecordBatch[batches.Count];
            for (int i = 0; i < parts.Length; i++)
            {
                parts[i] = batches[i].Rows;
            }

            all = ArrayConcat.Concat(parts, _allocator);
            return hasRetractions ? Standing(all, batches) : all.Retain();
        }
        finally
        {
            all?.Release();
            foreach (StreamBatch batch in batches)
            {
                batch.Release();
            }
        }
    }

    /// <summary>Gives all batches as they came, with their kinds, and keeps none.</summary>
    public IReadOnlyList<StreamBatch> TakeBatches()
    {
        var all = new StreamBatch[_batches.Count];
        int read = 0;
        try
        {
            for (; read < all.Length; read++)
            {
                all[read] = _batches[read].Read(_disk, _allocator);
            }
        }
        catch
        {
            for (int i = 0; i < read; i++)
            {
                all[i].Release();
            }

            throw;
        }

        DropRows();
        return all;
    }

    /// <summary>Gives the next batches as they came, about as many bytes as asked for; null at the end, where nothing is kept any more.</summary>
    public List<StreamBatch>? TakeSome(long bytes)
    {
        var some = new List<StreamBatch>();
        int taken = 0;
        for (; taken < _batches.Count && (taken == 0 || bytes > 0); taken++)
        {
            bytes -= _batches[taken].Bytes;
            some.Add(_batches[taken].Read(_disk, _allocator));
            _batches[taken].Release(_disk);
            _rowCount -= _batches[taken].Length;
        }

        _batches.RemoveRange(0, taken);
        _onDisk = Math.Max(0, _onDisk - taken);
        return taken == 0 ? null : some;
    }

    /// <summary>Puts batches on disk, oldest first, small ones joined.</summary>
    public void Evict(long wantedBytes, bool evenUsed, bool index)
    {
        while (!index && wantedBytes > 0 && _onDisk < _batches.Count)
        {
            JoinFrom(_onDisk);
            wantedBytes -= _batches[_onDisk++].Evict(_disk!);
        }
    }

    /// <summary>Drops all rows, those of a snapshot that is being written too.</summary>
    public void Clear()
    {
        DropRows();
        AbortSnapshot();
    }

    public void Dispose()
    {
        Clear();
        _spill?.Remove(this);
        _disk?.Dispose();
    }

    public override void BeginSnapshot(bool full)
    {
        AbortSnapshot();
        foreach (SpillableBatch batch in _batches)
        {
            _frozen.Enqueue(batch.Retain());
        }

        _frozenSlot = 0;
    }

    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        bool brought = false;
        for (int rows = 0; rows < maxRows && !brought && _frozen.TryDequeue(out SpillableBatch? next); rows += next.Length)
        {
            brought = !next.IsInMemory;
            StreamBatch batch = next.Read(_disk, _allocator);
            next.Release(_disk);
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
        while (_frozen.TryDequeue(out SpillableBatch? batch))
        {
            batch.Release(_disk);
        }
    }

    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        // Every snapshot is full: rows stand in one file, in the order of their slots.
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            try
            {
                var live = (BooleanArray)batch.Columns[1];
                ReadOnlySpan<ushort> groups = ((FixedWidthArray)batch.Columns[2]).Values<ushort>();
                var mine = new List<int>(batch.Length);
                for (int i = 0; i < batch.Length; i++)
                {
                    if (live.GetValue(i) && keyGroups.Contains(groups[i]))
                    {
                        mine.Add(i);
                    }
                }

                AddTaken(batch, mine);
            }
            finally
            {
                batch.Release();
            }

            _spill?.Trim();
        }
    }

    private void DropRows()
    {
        foreach (SpillableBatch batch in _batches)
        {
            batch.Release(_disk);
        }

        _batches.Clear();
        _onDisk = 0;
        _rowCount = 0;
        HasRetractions = false;
    }

    /// <summary>Joins small batches from one on that no snapshot holds, so that each place on disk is worth it.</summary>
    private void JoinFrom(int first)
    {
        long bytes = 0;
        int end = first;
        while (end < _batches.Count && !_batches[end].IsShared && (end == first || bytes + _batches[end].Bytes <= JoinedBytes))
        {
            bytes += _batches[end++].Bytes;
        }

        if (end - first < 2)
        {
            return;
        }

        List<StreamBatch> parts = _batches.GetRange(first, end - first).ConvertAll(b => b.Read(_disk, _allocator));
        NativeBuffer? kinds = null;
        try
        {
            int length = 0;
            parts.ForEach(p => length += p.Rows.Length);
            if (parts.Exists(static p => p.Kinds is not null))
            {
                kinds = _allocator.AllocateZeroed(length);
                int at = 0;
                foreach (StreamBatch part in parts)
                {
                    if (part.Kinds is not null)
                    {
                        new ReadOnlySpan<byte>(part.Kinds, part.Rows.Length).CopyTo(kinds.Span[at..]);
                    }

                    at += part.Rows.Length;
                }
            }

            RecordBatch rows = ArrayConcat.Concat(parts.ConvertAll(static p => p.Rows).ToArray(), _allocator);
            for (int i = first; i < end; i++)
            {
                _batches[i].Release(_disk);
            }

            _batches.RemoveRange(first, end - first);
            _batches.Insert(first, new SpillableBatch(new StreamBatch(rows, kinds)));
        }
        catch
        {
            kinds?.Release();
            throw;
        }
        finally
        {
            parts.ForEach(static p => p.Release());
        }
    }

    private void AddTaken(RecordBatch image, List<int> indices)
    {
        if (indices.Count == 0)
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
    private RecordBatch Standing(RecordBatch all, IReadOnlyList<StreamBatch> batches)
    {
        var byContent = new Dictionary<RowContent, Stack<int>>();
        var dead = new bool[all.Length];
        int row = 0;
        foreach (StreamBatch batch in batches)
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
