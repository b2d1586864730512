using System.Buffers;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Makes maps from keys and values in any order; of equal keys the last one counts.</summary>
internal sealed unsafe class MapWriter(Layout keys, Layout values)
{
    private readonly ArrayWriter _sortedKeys = new(keys);
    private readonly ArrayWriter _sortedValues = new(values);
    private readonly ByteWriter _keyBytes = new();
    private readonly ByteWriter _valueBytes = new();
    private readonly ByteWriter _map = new();

    /// <summary>Gets the writer of keys; for each key add a value to <see cref="Values"/>.</summary>
    public ArrayWriter Keys { get; } = new(keys);

    /// <summary>Gets the writer of values.</summary>
    public ArrayWriter Values { get; } = new(values);

    /// <summary>Writes the map of all entries added into the frame's arena and starts anew.</summary>
    public Utf8 Finish(Frame frame)
    {
        _map.Clear();
        Finish(_map);
        return frame.Copy(_map.Span);
    }

    /// <summary>Writes the map of all entries added behind what <paramref name="target"/> holds and starts anew.</summary>
    public void Finish(ByteWriter target)
    {
        _keyBytes.Clear();
        _valueBytes.Clear();
        Keys.Finish(_keyBytes);
        Values.Finish(_valueBytes);
        Write(
            new ArrayValue(new Utf8(_keyBytes.Pointer, _keyBytes.Length, -1, 0), keys),
            new ArrayValue(new Utf8(_valueBytes.Pointer, _valueBytes.Length, -1, 0), values),
            target);
    }

    /// <summary>Writes the map of an array of keys and one of as many values into the frame's arena.</summary>
    public Utf8 Write(in ArrayValue keyArray, in ArrayValue valueArray, Frame frame)
    {
        _map.Clear();
        Write(keyArray, valueArray, _map);
        return frame.Copy(_map.Span);
    }

    /// <summary>Writes the map of an array of keys and one of as many values.</summary>
    public void Write(in ArrayValue keyArray, in ArrayValue valueArray, ByteWriter target)
    {
        if (IsAscending(keyArray))
        {
            target.Add(keyArray.Bytes.Length);
            target.Add(keyArray.Bytes.Span);
            target.Add(valueArray.Bytes.Span);
            return;
        }

        int count = keyArray.Count;
        int[] order = ArrayPool<int>.Shared.Rent(count * 2);
        try
        {
            ElementOrder.Sort(keyArray, order, ascending: true, nullsFirst: true);
            for (int i = 0; i < count; i++)
            {
                // The order is stable: the last of equal keys came last.
                if (i + 1 == count || !keyArray.SameElement(order[i], keyArray, order[i + 1]))
                {
                    _sortedKeys.AddFrom(keyArray, order[i]);
                    _sortedValues.AddFrom(valueArray, order[i]);
                }
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(order);
        }

        target.Add(_sortedKeys.ByteCount);
        _sortedKeys.Finish(target);
        _sortedValues.Finish(target);
    }

    private static bool IsAscending(in ArrayValue array)
    {
        for (int i = 1; i < array.Count; i++)
        {
            if (array.IsNull(i) || (!array.IsNull(i - 1) && array.Compare(i - 1, array, i) >= 0))
            {
                return false;
            }
        }

        return true;
    }
}
