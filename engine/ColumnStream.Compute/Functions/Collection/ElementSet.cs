using System;
using System.Numerics;
using ColumnStream.Compute.Nested;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Holds which elements of two arrays have been seen; keeps its memory between values.</summary>
internal sealed class ElementSet
{
    private ArrayValue _first;
    private ArrayValue _second;
    private int[] _places = new int[16];
    private int _mask;

    /// <summary>Starts empty, for elements of these arrays.</summary>
    public void Begin(in ArrayValue first, in ArrayValue second)
    {
        _first = first;
        _second = second;
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, (first.Count + second.Count) * 2));
        if (_places.Length < size)
        {
            _places = new int[size];
        }
        else
        {
            Array.Clear(_places, 0, size);
        }

        _mask = size - 1;
    }

    /// <summary>Adds an element; false when an equal one is there.</summary>
    public bool Add(bool ofSecond, int index)
    {
        ref int place = ref Find(ofSecond, index);
        if (place != 0)
        {
            return false;
        }

        place = ofSecond ? -index - 1 : index + 1;
        return true;
    }

    /// <summary>Tells whether an equal element is there.</summary>
    public bool Contains(bool ofSecond, int index) => Find(ofSecond, index) != 0;

    private ref int Find(bool ofSecond, int index)
    {
        ref readonly ArrayValue array = ref ofSecond ? ref _second : ref _first;
        int at = array.HashElement(index) & _mask;
        for (; ; at = (at + 1) & _mask)
        {
            ref int place = ref _places[at];
            bool isSame = place == 0
                || (place > 0 ? array.SameElement(index, _first, place - 1) : array.SameElement(index, _second, -place - 1));
            if (isSame)
            {
                return ref place;
            }
        }
    }
}
