using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Makes rows: begin, set every field in order, finish.</summary>
internal sealed unsafe class RowWriter(RowLayout layout)
{
    private readonly ByteWriter _bytes = new();

    /// <summary>Gets where fields stand.</summary>
    public RowLayout Layout => layout;

    /// <summary>Starts a row.</summary>
    public void Begin()
    {
        _bytes.Clear();
        _bytes.AddZeros(layout.FixedBytes);
    }

    /// <summary>Sets a field to a number, <see cref="bool"/> or <see cref="Utf8"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set<T>(int field, T value)
    {
        if (typeof(T) == typeof(Utf8))
        {
            Set(field, Unsafe.As<T, Utf8>(ref value).Span);
        }
        else if (typeof(T) == typeof(bool))
        {
            _bytes.Pointer[layout.Slot(field)] = Unsafe.As<T, bool>(ref value) ? (byte)1 : (byte)0;
        }
        else
        {
            Unsafe.WriteUnaligned(_bytes.Pointer + layout.Slot(field), Canonical.Of(value));
        }
    }

    /// <summary>Sets a field to text, bytes, or the bytes of a nested value.</summary>
    public void Set(int field, ReadOnlySpan<byte> value)
    {
        _bytes.Add(value);
        Unsafe.WriteUnaligned(_bytes.Pointer + layout.Slot(field), _bytes.Length - layout.FixedBytes);
    }

    /// <summary>Sets a field to NULL.</summary>
    public void SetNull(int field)
    {
        _bytes.Pointer[field >> 3] |= (byte)(1 << (field & 7));
        if (layout[field] == Execution.Layout.View)
        {
            Unsafe.WriteUnaligned(_bytes.Pointer + layout.Slot(field), _bytes.Length - layout.FixedBytes);
        }
    }

    /// <summary>Gives the row's bytes: good until the next row begins.</summary>
    public ReadOnlySpan<byte> Finish() => _bytes.Span;

    /// <summary>Writes the row into the frame's arena.</summary>
    public Utf8 Finish(Frame frame) => frame.Copy(_bytes.Span);
}
