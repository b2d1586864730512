using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Knows which dictionaries a stream or file has so far, and finds what a batch needs beside them. One thread.</summary>
/// <remarks>
/// A dictionary that goes on where the last one ended is written as an addition. A stream replaces any other; where that
/// cannot be, in a file or because another column of the batch needs the old one, the new values are added at the end and
/// the batch's indexes are moved.
/// </remarks>
internal sealed class DictionaryLedger(Schema stored, bool canReplace, BufferAllocator allocator) : IDisposable
{
    private readonly Dictionary<long, Entry> _entries = [];
    private readonly bool _hasAny = DictionaryNumbers.HasAny(stored.Fields);
    private long _batch;

    /// <summary>Finds the messages that must stand before a batch, in their order; the caller releases the values.</summary>
    public List<DictionaryMessage> Prepare(RecordBatch batch)
    {
        var messages = new List<DictionaryMessage>();
        _batch++;
        for (int i = 0; _hasAny && i < batch.Columns.Length; i++)
        {
            Visit(stored.Fields[i], batch.Columns[i], messages);
        }

        return messages;
    }

    /// <summary>Gets how far indexes into <paramref name="dictionary"/> are moved.</summary>
    public int ShiftOf(long id, ArrayData dictionary)
    {
        foreach ((ArrayData values, int begin) in _entries[id].Parts)
        {
            if (ReferenceEquals(values, dictionary))
            {
                return begin;
            }
        }

        throw new InvalidOperationException($"Dictionary was not prepared: {id}.");
    }

    public void Dispose()
    {
        foreach (Entry entry in _entries.Values)
        {
            Clear(entry);
        }
    }

    private static void Clear(Entry entry)
    {
        foreach ((ArrayData values, _) in entry.Parts)
        {
            values.Release();
        }

        entry.Parts.Clear();
        entry.Length = 0;
    }

    private static bool IsBeginning(ArrayData dictionary, ArrayData of) =>
        dictionary.Length <= of.Length && ArrayEquality.RangesEqual(dictionary, 0, of, 0, dictionary.Length);

    private void Visit(Field field, ArrayData array, List<DictionaryMessage> messages)
    {
        if (field.Type.Id != TypeId.Dictionary)
        {
            ValueList<Field> children = field.Type.Children;
            for (int i = 0; i < children.Count && DictionaryNumbers.HasAny(children); i++)
            {
                Visit(children[i], array.Children[i], messages);
            }

            return;
        }

        ArrayData dictionary = ((DictionaryArray)array).Dictionary;
        Field values = field.Type.Children[0];
        long id = field.DictionaryId!.Value;
        if (!_entries.TryGetValue(id, out Entry? entry))
        {
            _entries.Add(id, entry = new Entry());
        }

        long innerState = VisitInner(values, dictionary, messages);
        Note(id, entry, values, dictionary, isStale: entry.InnerState != innerState, messages);
        entry.InnerState = innerState;
        entry.Batch = _batch;
    }

    /// <summary>Visits dictionaries inside a dictionary's values; a replaced one makes the values that were written stale.</summary>
    private long VisitInner(Field values, ArrayData dictionary, List<DictionaryMessage> messages)
    {
        ValueList<Field> children = values.Type.Children;
        if (!DictionaryNumbers.HasAny(children))
        {
            return 0;
        }

        for (int i = 0; i < children.Count; i++)
        {
            Visit(children[i], dictionary.Children[i], messages);
        }

        return Replacements(children);
    }

    private long Replacements(ValueList<Field> fields)
    {
        long sum = 0;
        foreach (Field field in fields.Span)
        {
            sum += Replacements(field.Type.Children);
            if (field.Type.Id == TypeId.Dictionary && _entries.TryGetValue(field.DictionaryId!.Value, out Entry? entry))
            {
                sum += entry.Replacements;
            }
        }

        return sum;
    }

    private void Note(
        long id, Entry entry, Field values, ArrayData dictionary, bool isStale, List<DictionaryMessage> messages)
    {
        for (int i = 0; i < entry.Parts.Count && !isStale; i++)
        {
            (ArrayData part, int begin) = entry.Parts[i];
            if (ReferenceEquals(part, dictionary))
            {
                return;
            }

            if (IsBeginning(dictionary, part))
            {
                entry.Parts.Add((dictionary.Retain(), begin));
                Trim(entry);
                return;
            }
        }

        foreach ((ArrayData part, int begin) in entry.Parts)
        {
            if (!isStale && begin + part.Length == entry.Length && IsBeginning(part, dictionary))
            {
                int known = part.Length;
                messages.Add(new(id, values, dictionary.Slice(known, dictionary.Length - known, allocator), IsDelta: true));
                entry.Parts.Add((dictionary.Retain(), begin));
                entry.Length = checked(begin + dictionary.Length);
                Trim(entry);
                return;
            }
        }

        bool isNew = entry.Parts.Count == 0;
        if (isNew || (canReplace && (isStale || entry.Batch != _batch)))
        {
            entry.Replacements += isNew ? 0 : 1;
            Clear(entry);
            messages.Add(new(id, values, dictionary.Retain(), IsDelta: false));
            entry.Parts.Add((dictionary.Retain(), 0));
            entry.Length = dictionary.Length;
            return;
        }

        messages.Add(new(id, values, dictionary.Retain(), IsDelta: true));
        entry.Parts.Add((dictionary.Retain(), entry.Length));
        entry.Length = checked(entry.Length + dictionary.Length);
    }

    /// <summary>Forgets parts that a longer or later one at the same place stands for, unless this batch names them.</summary>
    private void Trim(Entry entry)
    {
        if (entry.Batch == _batch)
        {
            return;
        }

        for (int i = entry.Parts.Count - 2; i >= 0; i--)
        {
            if (entry.Parts[i].Begin == entry.Parts[^1].Begin && entry.Parts[i].Values.Length <= entry.Parts[^1].Values.Length)
            {
                entry.Parts[i].Values.Release();
                entry.Parts.RemoveAt(i);
            }
        }
    }

    private sealed class Entry
    {
        public List<(ArrayData Values, int Begin)> Parts { get; } = [];

        public int Length { get; set; }

        public long Batch { get; set; }

        public long Replacements { get; set; }

        public long InnerState { get; set; }
    }
}
