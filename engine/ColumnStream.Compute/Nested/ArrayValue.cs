using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Reads the canonical bytes of an array in place.</summary>
/// <remarks>
/// <code>
/// int32  count * 2 + (any null ? 1 : 0)
/// bits   one a value, 1 = null, only if any is null; spare bits are zero
/// values fixed width: one after the other, zero where null; BOOLEAN: bits
///        text, bytes, nested: int32 end of each value in what follows, then the bytes
/// </code>
/// Little-endian, unaligned. Equal arrays have equal bytes: one NaN, no -0.0, nothing under nulls.
/// </remarks>
internal readonly unsafe struct ArrayValue
{
    private readonly Utf8 _bytes;
    private readonly byte* _nulls;
    private readonly byte* _values;

    /// <summary>Opens the bytes of an array whose elements have <paramref name="layout"/>.</summary>
    public ArrayValue(Utf8 bytes, Layout layout)
    {
        _bytes = bytes;
        Layout = layout;
        int head = Unsafe.ReadUnaligned<int>(bytes.Pointer);
        Count = head >>> 1;
        byte* at = bytes.Pointer + 4;
        if ((head & 1) != 0)
        {
            _nulls = at;
            at += (Count + 7) >> 3;
        }

        _values = at;
    }

    /// <summary>Gets the number of elements.</summary>
    public int Count { get; }

    /// <summary>Gets how elements are stored.</summary>
    public Layout Layout { get; }

    /// <summary>Gets whether some element is NULL.</summary>
    public bool HasNulls => _nulls is not null;

    /// <summary>Gets the bits of nulls, 1 = null, or null when there is none.</summary>
    public byte* Nulls => _nulls;

    /// <summary>Gets the first fixed-width element, or the first byte of the bits.</summary>
    public byte* Values => _values;

    /// <summary>Gets all bytes of the array.</summary>
    public Utf8 Bytes => _bytes;

    /// <summary>Tells whether an element is NULL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsNull(int index) => _nulls is not null && Bitmap.Get(_nulls, index);

    /// <summary>Gets an element that is not NULL: a number, <see cref="bool"/>, or <see cref="Utf8"/> in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Get<T>(int index)
    {
        if (typeof(T) == typeof(Utf8))
        {
            Utf8 text = Text(index);
            return Unsafe.As<Utf8, T>(ref text);
        }

        if (typeof(T) == typeof(bool))
        {
            bool bit = Bitmap.Get(_values, index);
            return Unsafe.As<bool, T>(ref bit);
        }

        return Unsafe.ReadUnaligned<T>(_values + ((long)index * Unsafe.SizeOf<T>()));
    }

    /// <summary>Gets the bytes of an element of variable length; those of a NULL are empty.</summary>
    public Utf8 Text(int index)
    {
        int* ends = (int*)_values;
        int start = index == 0 ? 0 : Unsafe.ReadUnaligned<int>(ends + index - 1);
        int end = Unsafe.ReadUnaligned<int>(ends + index);
        int payload = (int)(_values - _bytes.Pointer) + (Count * 4);
        return _bytes.Slice(payload + start, end - start);
    }

    /// <summary>Tells whether two elements are equal; NULL equals NULL.</summary>
    public bool SameElement(int index, in ArrayValue other, int otherIndex)
    {
        bool isNull = IsNull(index);
        if (isNull || other.IsNull(otherIndex))
        {
            return isNull == other.IsNull(otherIndex);
        }

        switch (Layout)
        {
            case Layout.Bit:
                return Get<bool>(index) == other.Get<bool>(otherIndex);
            case Layout.View:
                return Text(index).Span.SequenceEqual(other.Text(otherIndex).Span);
            default:
                int width = Layouts.Width(Layout);
                return new ReadOnlySpan<byte>(_values + ((long)index * width), width)
                    .SequenceEqual(new ReadOnlySpan<byte>(other._values + ((long)otherIndex * width), width));
        }
    }

    /// <summary>Finds the first element that equals a value; -1 when there is none.</summary>
    public int IndexOf<T>(T value)
    {
        for (int i = 0; i < Count; i++)
        {
            if (!IsNull(i) && IsElement(i, value))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Finds the first NULL; -1 when there is none.</summary>
    public int IndexOfNull()
    {
        for (int i = 0; _nulls is not null && i < Count; i++)
        {
            if (IsNull(i))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Tells whether an element that is not NULL equals a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsElement<T>(int index, T value)
    {
        if (typeof(T) == typeof(Utf8))
        {
            return Text(index).Span.SequenceEqual(Unsafe.As<T, Utf8>(ref value).Span);
        }

        return EqualityComparer<T>.Default.Equals(Get<T>(index), Canonical.Of(value));
    }

    /// <summary>Gives a hash of an element; equal elements have equal ones.</summary>
    public int HashElement(int index)
    {
        if (IsNull(index))
        {
            return 0;
        }

        if (Layout == Layout.Bit)
        {
            return Get<bool>(index) ? 1 : 2;
        }

        int width = Layouts.Width(Layout);
        ReadOnlySpan<byte> bytes = Layout == Layout.View
            ? Text(index).Span : new ReadOnlySpan<byte>(_values + ((long)index * width), width);
        var hash = default(HashCode);
        hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <summary>Orders two elements that are not NULL: numbers by value, NaN last, text and nested by bytes.</summary>
    public int Compare(int index, in ArrayValue other, int otherIndex) => Layout switch
    {
        Layout.Bit => Get<bool>(index).CompareTo(other.Get<bool>(otherIndex)),
        Layout.Int8 => Get<sbyte>(index).CompareTo(other.Get<sbyte>(otherIndex)),
        Layout.Int16 => Get<short>(index).CompareTo(other.Get<short>(otherIndex)),
        Layout.Int32 => Get<int>(index).CompareTo(other.Get<int>(otherIndex)),
        Layout.Int64 => Get<long>(index).CompareTo(other.Get<long>(otherIndex)),
        Layout.Int128 => Get<Int128>(index).CompareTo(other.Get<Int128>(otherIndex)),
        Layout.Float32 => CompareFloats(Get<float>(index), other.Get<float>(otherIndex)),
        Layout.Float64 => CompareFloats(Get<double>(index), other.Get<double>(otherIndex)),
        _ => Text(index).Span.SequenceCompareTo(other.Text(otherIndex).Span),
    };

    private static int CompareFloats(double a, double b) =>
        a < b ? -1 : a > b ? 1 : a == b ? 0 : double.IsNaN(a).CompareTo(double.IsNaN(b));
}
