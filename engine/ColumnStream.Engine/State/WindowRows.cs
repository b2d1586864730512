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

namespace ColumnStream.Engine.State;

/// <summary>Keeps the rows of each window as the batches that came; a window is taken whole, and nothing of it stays.</summary>
/// <remarks>
/// Small batches of a window are joined sixteen at a time, sparse ones copied. What memory has no room for goes to disk, the window that ends last first. A row gets its slot when it is first written to a
/// checkpoint; a snapshot of changes writes the rows that have none, and the slots of windows that went.
/// </remarks>
internal sealed class WindowRows : OperatorState, ISpillableState, IDisposable
{
    private const int FixedColumns = 3;
    private const int SmallRows = 512;
    private const int JoinedParts = 16;
    private readonly Schema _schema;
    private readonly Schema _fileSchema;
    private readonly ValueList<int> _keys;
    private readonly int _endColumn;
    private readonly int _keyGroups;
    private readonly BufferAllocator _account;
    private readonly BatchDensity _density = new();
    private readonly SortedDictionary<long, List<Part>> _windows = [];
    private readonly List<Part> _gone = [];
    private readonly Queue<Part> _frozen = new();
    private readonly SortedSet<long> _inMemory = [];
    private readonly StateSpill? _spill;
    private readonly SpilledBatches? _disk;
    private readonly Queue<Part> _frozenGone = new();
    private readonly List<Part> _written = [];
    private int _goneBefore;
    private long _nextSlot;
    private long _nextFrozen;
    private bool _isGathering;
    private bool _isFull;
    private bool _mustBeFull;
    private long _count;
    private long _bytes;

    /// <summary>Makes an empty state for rows of <paramref name="schema"/>.</summary>
    /// <param name="name">The name in checkpoints.</param>
    /// <param name="schema">The columns of a row.</param>
    /// <param name="keys">Those that decide the key group.</param>
    /// <param name="endColumn">The column that names a row's window.</param>
    /// <param name="context">Memory and key groups.</param>
    public WindowRows(string name, Schema schema, ValueList<int> keys, int endColumn, Operators.OperatorContext context)
    {
        Name = name;
        _schema = schema;
        _keys = keys;
        _endColumn = endColumn;
        _keyGroups = context.KeyGroups;
        _account = context.Allocator;
        var fields = new Field[FixedColumns + schema.Fields.Count];
        fields[0] = new Field("slot", new DataType(TypeId.UInt32), Nullable: false);
        fields[1] = new Field("live", DataType.Bool, Nullable: false);
        fields[2] = new Field("key_group", new DataType(TypeId.UInt16), Nullable: false);
        for (int i = FixedColumns; i < fields.Length; i++)
        {
            Field field = schema.Fields[i - FixedColumns];
            fields[i] = new Field($"column{i - FixedColumns}:{field.Name}", field.Type);
        }

        _fileSchema = new Schema(fields);
        _spill = context.IsDescription ? null : context.Pages.Spill;
        if (_spill is not null)
        {
            _disk = new SpilledBatches(_spill, _account);
            _spill.Add(this);
        }
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long RowCount => _count;

    /// <inheritdoc/>
    public override long Bytes => _bytes;

    /// <inheritdoc/>
    public override long SpilledBytes => _disk?.Bytes ?? 0;

    /// <inheritdoc/>
    public override bool MustBeFull => _mustBeFull || _nextSlot > int.MaxValue;

    /// <summary>Gets the end of the first window, or the largest number when there is none.</summary>
    public long FirstEnd { get; private set; } = long.MaxValue;

    /// <summary>Adds rows of one window, which are borrowed.</summary>
    public void Add(long end, RecordBatch rows)
    {
        if (!_windows.TryGetValue(end, out List<Part>? parts))
        {
            parts = [];
            _windows.Add(end, parts);
            FirstEnd = Math.Min(FirstEnd, end);
        }

        RecordBatch kept = rows.Retain();
        if (!_density.IsDense(rows, out _))
        {
            kept.Release();
            kept = Copy(rows);
        }

        _inMemory.Add(end);
        Keep(parts, kept, rows.Length < SmallRows ? 0 : -1);
    }

    /// <summary>Gives all rows of a window as one batch, which the caller owns, and forgets them; null when it has none.</summary>
    /// <remarks>A snapshot that is being written goes on: its barrier came before.</remarks>
    public RecordBatch? Take(long end)
    {
        if (!_windows.TryGetValue(end, out List<Part>? parts))
        {
            return null;
        }

        RecordBatch all = Join(parts);
        _windows.Remove(end);
        _inMemory.Remove(end);
        FirstEnd = long.MaxValue;
        foreach (long first in _windows.Keys)
        {
            FirstEnd = first;
            break;
        }

        foreach (Part part in parts)
        {
            Let(part);
            if (part.Slot >= 0 || part.IsFrozen)
            {
                _gone.Add(part);
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public void Evict(long wantedBytes, bool evenUsed, bool index)
    {
        while (!index && wantedBytes > 0 && _inMemory.Count > 0)
        {
            long end = _inMemory.Max;
            List<Part> parts = _windows[end];
            JoinSmall(parts);
            foreach (Part part in parts)
            {
                if (part.Rows.IsInMemory)
                {
                    wantedBytes -= part.Rows.Evict(_disk!);
                    _bytes -= part.Bytes;
                }
            }

            _inMemory.Remove(end);
        }
    }

    /// <inheritdoc/>
    public override void BeginSnapshot(bool full)
    {
        EndSnapshot();
        _isFull = full;
        _isGathering = true;
        _nextFrozen = full ? 0 : _nextSlot;
        _goneBefore = _gone.Count;
        foreach (Part part in _gone)
        {
            if (!full && part.Slot >= 0)
            {
                _frozenGone.Enqueue(part);
            }
        }

        foreach (List<Part> parts in _windows.Values)
        {
            foreach (Part part in parts)
            {
                if (full || part.Slot < 0)
                {
                    part.IsFrozen = true;
                    part.FrozenSlot = _nextFrozen;
                    _nextFrozen += part.Length;
                    part.Rows.Retain();
                    _frozen.Enqueue(part);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override bool Gather(int maxRows, Action<RecordBatch> write)
    {
        int rows = 0;
        while (rows < maxRows && _frozenGone.TryDequeue(out Part? gone))
        {
            rows += gone.Length;
            Write(Image(null, gone.Slot, gone.Length), write);
        }

        bool brought = false;
        while (rows < maxRows && !brought && _frozen.TryDequeue(out Part? next))
        {
            rows += next.Length;
            _written.Add(next);
            brought = !next.Rows.IsInMemory;
            StreamBatch? read = null;
            try
            {
                read = next.Rows.Read(_disk, _account);
                Write(Image(read.Rows, next.FrozenSlot, next.Length), write);
            }
            finally
            {
                read?.Release();
                next.Rows.Release(_disk);
            }
        }

        if (_frozenGone.Count > 0 || _frozen.Count > 0)
        {
            return true;
        }

        if (_isGathering)
        {
            foreach (Part part in _written)
            {
                part.Slot = part.FrozenSlot;
            }

            _gone.RemoveRange(0, _goneBefore);
            _nextSlot = _nextFrozen;
            _mustBeFull &= !_isFull;
        }

        EndSnapshot();
        return false;
    }

    /// <inheritdoc/>
    public override void AbortSnapshot() => EndSnapshot();

    /// <inheritdoc/>
    public override void Restore(StateSnapshotReader snapshots, KeyGroupRange keyGroups)
    {
        // Twice, since a slot may be dead in a later file than the one that holds its row, and all rows at once may not fit.
        var dead = new HashSet<uint>();
        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            var live = (BooleanArray)batch.Columns[1];
            ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
            for (int i = 0; i < batch.Length; i++)
            {
                if (!live.GetValue(i))
                {
                    dead.Add(slots[i]);
                }
            }

            batch.Release();
        }

        foreach (RecordBatch batch in snapshots.ReadBatches())
        {
            try
            {
                Load(batch, dead, keyGroups);
            }
            finally
            {
                batch.Release();
            }

            _spill?.Trim();
        }

        _mustBeFull = true;
        Restores++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        EndSnapshot();
        foreach (List<Part> parts in _windows.Values)
        {
            parts.ForEach(Let);
        }

        _spill?.Remove(this);
        _disk?.Dispose();
        _windows.Clear();
        _inMemory.Clear();
        FirstEnd = long.MaxValue;
    }

    private static void Write(RecordBatch image, Action<RecordBatch> write)
    {
        try
        {
            write(image);
        }
        finally
        {
            image.Release();
        }
    }

    private RecordBatch Copy(RecordBatch rows)
    {
        int[] all = new int[rows.Length];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = i;
        }

        RecordBatch taken = TakeKernel.Take(rows, all, _account);
        try
        {
            return ViewCompactor.Compact(taken, _account, always: true);
        }
        finally
        {
            taken.Release();
        }
    }

    private void Keep(List<Part> parts, RecordBatch rows, int level)
    {
        var part = new Part(rows, level);
        parts.Add(part);
        _count += part.Length;
        _bytes += part.Bytes;
        if (level >= 0 && parts.Count >= JoinedParts)
        {
            JoinLast(parts, level);
        }
    }

    /// <summary>Joins the last parts when they are enough of one level and in no checkpoint yet.</summary>
    private void JoinLast(List<Part> parts, int level)
    {
        int first = parts.Count - JoinedParts;
        for (int i = first; i < parts.Count; i++)
        {
            if (parts[i].Level != level || !MayJoin(parts[i]))
            {
                return;
            }
        }

        Replace(parts, first, level + 1);
    }

    /// <summary>Joins the small parts at the end before they go to disk.</summary>
    private void JoinSmall(List<Part> parts)
    {
        int first = parts.Count;
        while (first > 0 && parts[first - 1].Level >= 0 && MayJoin(parts[first - 1]))
        {
            first--;
        }

        if (parts.Count - first > 1)
        {
            Replace(parts, first, 0);
        }
    }

    private static bool MayJoin(Part part) => part.Slot < 0 && !part.IsFrozen && part.Rows.IsInMemory;

    private void Replace(List<Part> parts, int first, int level)
    {
        RecordBatch joined = Join(parts.GetRange(first, parts.Count - first));
        RecordBatch compact = ViewCompactor.Compact(joined, _account);
        joined.Release();
        for (int i = first; i < parts.Count; i++)
        {
            Let(parts[i]);
        }

        parts.RemoveRange(first, parts.Count - first);
        Keep(parts, compact, compact.Length < SmallRows ? level : -1);
    }

    /// <summary>Makes one batch of parts, which stay as they are.</summary>
    private RecordBatch Join(List<Part> parts)
    {
        var read = new List<StreamBatch>(parts.Count);
        try
        {
            var batches = new RecordBatch[parts.Count];
            for (int i = 0; i < batches.Length; i++)
            {
                read.Add(parts[i].Rows.Read(_disk, _account));
                batches[i] = read[i].Rows;
            }

            return batches.Length == 1 ? batches[0].Retain() : ArrayConcat.Concat(batches, _account);
        }
        finally
        {
            read.ForEach(static batch => batch.Release());
        }
    }

    private void Let(Part part)
    {
        _count -= part.Length;
        _bytes -= part.Rows.IsInMemory ? part.Bytes : 0;
        part.Rows.Release(_disk);
    }

    private void EndSnapshot()
    {
        foreach (Part part in _frozen)
        {
            part.IsFrozen = false;
            part.Rows.Release(_disk);
        }

        _written.ForEach(static part => part.IsFrozen = false);
        _written.Clear();
        _frozen.Clear();
        _frozenGone.Clear();
        _isGathering = false;
    }

    private void Load(RecordBatch batch, HashSet<uint> dead, KeyGroupRange keyGroups)
    {
        ReadOnlySpan<uint> slots = ((FixedWidthArray)batch.Columns[0]).Values<uint>();
        var live = (BooleanArray)batch.Columns[1];
        ReadOnlySpan<ushort> groups = ((FixedWidthArray)batch.Columns[2]).Values<ushort>();
        var mine = new SortedDictionary<long, List<int>>();
        ReadOnlySpan<long> ends = ((FixedWidthArray)batch.Columns[FixedColumns + _endColumn]).Values<long>();
        for (int i = 0; i < batch.Length; i++)
        {
            if (!live.GetValue(i) || !keyGroups.Contains(groups[i]) || dead.Contains(slots[i]))
            {
                continue;
            }

            if (!mine.TryGetValue(ends[i], out List<int>? rows))
            {
                mine.Add(ends[i], rows = []);
            }

            rows.Add(i);
        }

        foreach ((long end, List<int> indices) in mine)
        {
            var columns = new ArrayData[_schema.Fields.Count];
            for (int i = 0; i < columns.Length; i++)
            {
                columns[i] = TakeKernel.Take(batch.Columns[FixedColumns + i], CollectionsMarshal.AsSpan(indices), _account);
            }

            var rows = new RecordBatch(_schema, columns, indices.Count);
            Add(end, rows);
            rows.Release();
        }
    }

    /// <summary>Makes what a checkpoint holds of rows, or of slots whose rows went.</summary>
    private RecordBatch Image(RecordBatch? rows, long firstSlot, int length)
    {
        var hashes = new ulong[length];
        if (rows is not null)
        {
            KeyHash.Hash(rows, _keys.Span, hashes);
        }

        using var slot = new FixedWidthBuilder(_fileSchema.Fields[0].Type, _account, length);
        using var live = new BooleanBuilder(_account, length);
        using var group = new FixedWidthBuilder(_fileSchema.Fields[2].Type, _account, length);
        for (int i = 0; i < length; i++)
        {
            slot.Append((uint)(firstSlot + i));
            live.Append(rows is not null);
            group.Append((ushort)(rows is null ? 0 : KeyHash.KeyGroup(hashes[i], _keyGroups)));
        }

        var columns = new ArrayData[_fileSchema.Fields.Count];
        columns[0] = slot.Finish();
        columns[1] = live.Finish();
        columns[2] = group.Finish();
        for (int i = FixedColumns; i < columns.Length; i++)
        {
            columns[i] = rows?.Columns[i - FixedColumns].Retain() ?? Nulls(_fileSchema.Fields[i].Type, length);
        }

        return new RecordBatch(_fileSchema, columns, length);
    }

    private ArrayData Nulls(DataType type, int length)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(type, _account, length);
        for (int i = 0; i < length; i++)
        {
            builder.AppendNull();
        }

        return builder.Finish();
    }

    /// <summary>Is one batch of a window. Its level is how often it was joined, -1 when it is joined no more.</summary>
    private sealed class Part(RecordBatch rows, int level)
    {
        public SpillableBatch Rows { get; } = new(new StreamBatch(rows));

        public int Level { get; } = level;

        public int Length { get; } = rows.Length;

        public long Bytes { get; } = rows.PinnedBytes;

        /// <summary>Gets or sets the first slot in the checkpoints, -1 before it is in one.</summary>
        public long Slot { get; set; } = -1;

        public long FrozenSlot { get; set; }

        public bool IsFrozen { get; set; }
    }
}
