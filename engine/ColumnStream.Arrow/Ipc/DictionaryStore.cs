using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Keeps the dictionaries that a stream or file has delivered so far, by number. One thread.</summary>
/// <remarks>Deltas are joined when a column first asks: many in a row cost one copy.</remarks>
internal sealed class DictionaryStore : IDisposable
{
    private readonly SortedDictionary<long, Entry> _entries = [];
    private readonly List<long> _order = [];
    private readonly BufferAllocator _allocator;

    /// <summary>Finds all dictionaries of a schema; fields of one number must have one type of values.</summary>
    /// <exception cref="IpcException">They have not.</exception>
    public DictionaryStore(Schema stored, Schema delivered, BufferAllocator allocator)
    {
        _allocator = allocator;
        Find(stored.Fields, delivered.Fields);
    }

    /// <summary>Gets the numbers, those inside other dictionaries' values before them.</summary>
    public IReadOnlyList<long> Order => _order;

    public bool Has(long id) => _entries.ContainsKey(id);

    /// <summary>Gets the stored field of a dictionary's values and the type to deliver.</summary>
    public (Field Values, DataType Target) TypeOf(long id) => (_entries[id].Values, _entries[id].Target);

    /// <summary>Replaces a dictionary, or appends to it; takes the values over.</summary>
    public void Add(long id, ArrayData values, bool isDelta)
    {
        Entry entry = _entries[id];
        if (!isDelta)
        {
            ArrayData.ReleaseAll(entry.Parts.ToArray());
            entry.Parts.Clear();
        }

        entry.Parts.Add(values);
    }

    /// <summary>Gets the values of a dictionary, borrowed; none when none were delivered.</summary>
    public ArrayData Get(long id)
    {
        Entry entry = _entries[id];
        if (entry.Parts.Count == 0)
        {
            using ColumnBuilder none = ColumnBuilder.Create(entry.Target, _allocator, 1);
            entry.Parts.Add(none.Finish());
        }
        else if (entry.Parts.Count > 1)
        {
            ArrayData[] parts = entry.Parts.ToArray();
            ArrayData joined = Join(id, parts);
            ArrayData.ReleaseAll(parts);
            entry.Parts.Clear();
            entry.Parts.Add(joined);
        }

        return entry.Parts[0];
    }

    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            ArrayData.ReleaseAll(entry.Parts.ToArray());
            entry.Parts.Clear();
        }
    }

    private ArrayData Join(long id, ArrayData[] parts)
    {
        try
        {
            return ArrayConcat.Concat(parts, _allocator);
        }
        catch (OverflowException e)
        {
            throw new IpcException($"Additions to a dictionary exceed its type: {id}. {e.Message}", 0, e);
        }
    }

    private void Find(ValueList<Field> stored, ValueList<Field> delivered)
    {
        for (int i = 0; i < stored.Count; i++)
        {
            Field field = stored[i];
            Find(field.Type.Children, delivered[i].Type.Children);
            if (field.Type.Id != TypeId.Dictionary || field.DictionaryId is not { } id)
            {
                continue;
            }

            Field values = field.Type.Children[0];
            if (!_entries.TryGetValue(id, out Entry? entry))
            {
                _entries.Add(id, new Entry(values with { Name = field.Name }, delivered[i].Type.Children[0].Type));
                _order.Add(id);
            }
            else if (entry.Values.Type != values.Type)
            {
                throw new IpcException(
                    $"Dictionary has two types: {id}, {entry.Values.Type}, {values.Type}. Field {field.Name}.", 0);
            }
        }
    }

    private sealed class Entry(Field values, DataType target)
    {
        public Field Values { get; } = values;

        public DataType Target { get; } = target;

        public List<ArrayData> Parts { get; } = [];
    }
}
