using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Makes arrays element by element: add, finish, add …; keeps its memory between values.</summary>
internal sealed unsafe class ArrayWriter(Layout layout)
{
    private readonly ByteWriter _nulls = new();
    private readonly ByteWriter _values = new();
    private readonly ByteWriter _payload = new();
    private bool _hasNulls;

    /// <summary>Gets how elements are stored.</summary>
    public Layout Layout => layout;

    /// <summary>Gets the elements added since the last finish.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the bytes that the array will have.</summary>
    public int ByteCount =>
        4 + (_hasNulls ? (Count + 7) >> 3 : 0) + _values.Length + (layout == Layout.View ? _payload.Length : 0);

    /// <summary>Forgets what was added.</summary>
    public void Clear()
    {
        Count = 0;
        _hasNulls = false;
        _nulls.Clear();
        _values.Clear();
        _payload.Clear();
    }

    /// <summary>Adds an element: a number, <see cref="bool"/> or <see cref="Utf8"/>, as the layout says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<T>(T value)
    {
        if (typeof(T) == typeof(Utf8))
        {
            Add(Unsafe.As<T, Utf8>(ref value).Span);
            return;
        }

        if (typeof(T) == typeof(bool))
        {
            AddBit(Unsafe.As<T, bool>(ref value));
            return;
        }

        NoteNull(isNull: false);
        Unsafe.WriteUnaligned(_values.Extend(Unsafe.SizeOf<T>()), Canonical.Of(value));
        Count++;
    }

    /// <summary>Adds text, bytes, or the bytes of a nested value.</summary>
    public void Add(ReadOnlySpan<byte> value)
    {
        NoteNull(isNull: false);
        _payload.Add(value);
        _values.Add(_payload.Length);
        Count++;
    }

    /// <summary>Adds a NULL.</summary>
    public void AddNull()
    {
        NoteNull(isNull: true);
        switch (layout)
        {
            case Layout.Bit:
                WriteBit(value: false);
                break;
            case Layout.View:
                _values.Add(_payload.Length);
                break;
            default:
                _values.AddZeros(Layouts.Width(layout));
                break;
        }

        Count++;
    }

    /// <summary>Adds an element of another array of the same layout.</summary>
    public void AddFrom(in ArrayValue source, int index)
    {
        if (source.IsNull(index))
        {
            AddNull();
            return;
        }

        switch (layout)
        {
            case Layout.Bit:
                AddBit(source.Get<bool>(index));
                break;
            case Layout.View:
                Add(source.Text(index).Span);
                break;
            default:
                int width = Layouts.Width(layout);
                NoteNull(isNull: false);
                _values.Add(new ReadOnlySpan<byte>(source.Values + ((long)index * width), width));
                Count++;
                break;
        }
    }

    /// <summary>Adds all elements of another array of the same layout.</summary>
    public void AddAll(in ArrayValue source)
    {
        if (!source.HasNulls && !_hasNulls && layout is not (Layout.Bit or Layout.View))
        {
            _values.Add(new ReadOnlySpan<byte>(source.Values, source.Count * Layouts.Width(layout)));
            Count += source.Count;
            return;
        }

        for (int i = 0; i < source.Count; i++)
        {
            AddFrom(source, i);
        }
    }

    /// <summary>Writes the array behind what <paramref name="target"/> holds and starts anew.</summary>
    public void Finish(ByteWriter target)
    {
        int bytes = ByteCount;
        CopyTo(target.Extend(bytes));
        Clear();
    }

    /// <summary>Writes the array into the frame's arena and starts anew.</summary>
    public Utf8 Finish(Frame frame)
    {
        int bytes = ByteCount;
        CopyTo(frame.Reserve(Math.Max(bytes, 16)));
        Clear();
        return frame.Commit(bytes);
    }

    /// <summary>Writes the array's <see cref="ByteCount"/> bytes.</summary>
    public void CopyTo(byte* target)
    {
        Unsafe.WriteUnaligned(target, (Count << 1) | (_hasNulls ? 1 : 0));
        target += 4;
        if (_hasNulls)
        {
            int bytes = (Count + 7) >> 3;
            new ReadOnlySpan<byte>(_nulls.Pointer, bytes).CopyTo(new Span<byte>(target, bytes));
            target += bytes;
        }

        Unsafe.CopyBlockUnaligned(target, _values.Pointer, (uint)_values.Length);
        if (_payload.Length > 0)
        {
            Unsafe.CopyBlockUnaligned(target + _values.Length, _payload.Pointer, (uint)_payload.Length);
        }
    }

    private void AddBit(bool value)
    {
        NoteNull(isNull: false);
        WriteBit(value);
        Count++;
    }

    private void WriteBit(bool value)
    {
        if ((Count & 7) == 0)
        {
            _values.Add((byte)0);
        }

        _values.Pointer[Count >> 3] |= (byte)((value ? 1 : 0) << (Count & 7));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteNull(bool isNull)
    {
        if (isNull || _hasNulls)
        {
            WriteNull(isNull);
        }
    }

    private void WriteNull(bool isNull)
    {
        _hasNulls = true;
        int needed = (Count + 8) >> 3;
        if (_nulls.Length < needed)
        {
            _nulls.AddZeros(needed - _nulls.Length);
        }

        Bitmap.Write(_nulls.Pointer, Count, isNull);
    }
}
