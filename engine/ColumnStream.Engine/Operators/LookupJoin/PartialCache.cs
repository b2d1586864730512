using System;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Engine.Lookups;
using ColumnStream.Engine.State;

namespace ColumnStream.Engine.Operators.LookupJoin;

/// <summary>Keeps answers of keys that were asked for: the least recently used go first, all at their age.</summary>
/// <remarks>
/// <code>
/// entry   header | key | first row | written | asked | neighbours by use | hash
/// rows    whole rows, those of a key in a chain
/// </code>
/// A cache is no state: no snapshot holds it, and after a restore it is empty.
/// </remarks>
internal sealed unsafe class PartialCache : IDisposable
{
    private readonly LookupOptions _options;
    private readonly StateLayout _layout;
    private readonly StateTable _entries;
    private readonly ChainedRows _rows;
    private readonly KeyEncoder _keys;
    private readonly NativeList<ulong> _hashes;
    private readonly NativeList<nint> _found;
    private readonly Schema _schema;
    private readonly int _head;
    private readonly int _written;
    private readonly int _asked;
    private readonly int _use;
    private readonly int _hash;
    private uint _newest;
    private uint _oldest;
    private long _count;

    public PartialCache(LookupOptions options, ValueList<Field> keys, Schema rows, OperatorContext context)
    {
        _options = options;
        _schema = rows;
        _layout = new StateLayout(
            keys,
            [
                new("first", CellType.Int64), new("written", CellType.Int64), new("asked", CellType.Int64),
                new("use", CellType.Int64), new("hash", CellType.Int64),
            ]);
        (_head, _written, _asked, _use, _hash) = (
            _layout.CellOffsets[0], _layout.CellOffsets[1], _layout.CellOffsets[2], _layout.CellOffsets[3],
            _layout.CellOffsets[4]);
        _entries = new StateTable(_layout, context.Pages, context.Allocator);
        _rows = new ChainedRows("rows", rows, default, default, context);
        _entries.Rows.IsTransient = true;
        _rows.Table.Rows.IsTransient = true;
        _keys = new KeyEncoder(_layout, context.Allocator);
        _hashes = new NativeList<ulong>(context.Allocator);
        _found = new NativeList<nint>(context.Allocator);
    }

    /// <summary>Gets the rows and the keys without rows that it holds.</summary>
    public long Count => _count;

    /// <summary>Looks keys up; what is too old goes.</summary>
    /// <param name="keys">Distinct keys.</param>
    /// <param name="nowMs">The task's clock.</param>
    /// <param name="starts">Receives for each key where its rows begin in the answer, or −1 where it is not known.</param>
    /// <param name="counts">Receives how many there are.</param>
    /// <returns>The rows of all known keys, which belong to the caller; null where there are none.</returns>
    public RecordBatch? Find(RecordBatch keys, long nowMs, Span<int> starts, Span<int> counts)
    {
        Encode(keys);
        _found.Count = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            starts[i] = -1;
            counts[i] = 0;
            byte* entry = Entry(i, out uint slot);
            if (entry is null)
            {
                continue;
            }

            if (IsOver(entry, nowMs))
            {
                Remove(entry, slot);
                continue;
            }

            *(long*)(entry + _asked) = nowMs;
            Unlink(entry);
            LinkNewest(entry, slot);
            starts[i] = _found.Count;
            for (uint row = (uint)*(long*)(entry + _head); row != 0; row = _rows.Link(_rows.Row(row))->Next)
            {
                _found.Add((nint)_rows.Row(row));
            }

            counts[i] = _found.Count - starts[i];
        }

        if (_found.Count == 0)
        {
            return null;
        }

        var columns = new ArrayData[_schema.Fields.Count];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _rows.Column(i, (byte**)_found.Pointer, _found.Count);
        }

        return new RecordBatch(_schema, columns, _found.Count);
    }

    /// <summary>Keeps the answers of a request, in place of older ones; then what is too much goes.</summary>
    public void Add(LookupRequest request, long nowMs)
    {
        _entries.BeginUnlisted();
        _rows.BeginBatch();
        Encode(request.Keys);
        if (request.Rows is not null)
        {
            _rows.Encode(request.Rows);
        }

        int width = _layout.KeyWords;
        for (int i = 0; i < request.Keys.Length; i++)
        {
            int count = request.Starts[i + 1] - request.Starts[i];
            byte* entry = Entry(i, out uint slot);
            if (entry is not null)
            {
                Remove(entry, slot);
            }

            if (count > _options.MaxRows || (count == 0 && !_options.KeepsMissing))
            {
                continue;
            }

            ulong hash = _hashes.Pointer[i];
            entry = _entries.FindOrCreate(_keys.Words + ((long)i * width), _keys.Nulls + i, hash, out slot);
            *(ulong*)(entry + _hash) = hash;
            *(long*)(entry + _written) = nowMs;
            *(long*)(entry + _asked) = nowMs;
            *(long*)(entry + _head) = Store(request.Starts[i], count);
            LinkNewest(entry, slot);
            _count += Math.Max(1, count);
        }

        while (_oldest != 0 && (_count > _options.MaxRows || IsOver(_entries.Rows.Row(_oldest), nowMs)))
        {
            Remove(_entries.Rows.Row(_oldest), _oldest);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _entries.Dispose();
        _rows.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
        _found.Dispose();
    }

    private void Encode(RecordBatch keys)
    {
        _layout.Hash(keys.Columns, keys.Length, _hashes.Reserve(Math.Max(1, keys.Length)));
        _keys.Encode(keys.Columns, keys.Length);
    }

    private byte* Entry(int key, out uint slot) => _entries.Find(
        _keys.Words + ((long)key * _layout.KeyWords), _keys.Nulls + key, _hashes.Pointer[key], out slot);

    private bool IsOver(byte* entry, long nowMs) =>
        (_options.AfterWriteMs > 0 && nowMs - *(long*)(entry + _written) >= _options.AfterWriteMs)
        || (_options.AfterAccessMs > 0 && nowMs - *(long*)(entry + _asked) >= _options.AfterAccessMs);

    /// <summary>Adds rows in a chain, from the last to the first; returns the first one's slot.</summary>
    private uint Store(int start, int count)
    {
        uint first = 0;
        for (int i = start + count - 1; i >= start; i--)
        {
            byte* row = _rows.Append(i, out uint slot);
            _rows.Link(row)->Next = first;
            first = slot;
        }

        return first;
    }

    private void Remove(byte* entry, uint slot)
    {
        long count = 0;
        for (uint row = (uint)*(long*)(entry + _head); row != 0; count++)
        {
            byte* stored = _rows.Row(row);
            uint next = _rows.Link(stored)->Next;
            _rows.Table.Delete(stored, row, 0);
            row = next;
        }

        _count -= Math.Max(1, count);
        Unlink(entry);
        _entries.Delete(entry, slot, *(ulong*)(entry + _hash));
    }

    private void LinkNewest(byte* entry, uint slot)
    {
        uint* use = (uint*)(entry + _use);
        use[0] = _newest;
        use[1] = 0;
        if (_newest != 0)
        {
            ((uint*)(_entries.Rows.Row(_newest) + _use))[1] = slot;
        }

        _newest = slot;
        _oldest = _oldest == 0 ? slot : _oldest;
    }

    /// <summary>Takes an entry out of the list by use: its older neighbour stands first, then its newer one.</summary>
    private void Unlink(byte* entry)
    {
        uint older = ((uint*)(entry + _use))[0];
        uint newer = ((uint*)(entry + _use))[1];
        if (older != 0)
        {
            ((uint*)(_entries.Rows.Row(older) + _use))[1] = newer;
        }
        else
        {
            _oldest = newer;
        }

        if (newer != 0)
        {
            ((uint*)(_entries.Rows.Row(newer) + _use))[0] = older;
        }
        else
        {
            _newest = older;
        }
    }
}
