using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Engine.State;

/// <summary>Is a key of one word.</summary>
internal readonly unsafe struct WordKey(ulong* words, ushort* nulls) : IRowKey
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(byte* row, int index) =>
        *(ulong*)(row + 8) == words[index] & *(ushort*)(row + 6) == nulls[index];

    /// <inheritdoc/>
    public void Store(byte* row, int index)
    {
        *(ulong*)(row + 8) = words[index];
        *(ushort*)(row + 6) = nulls[index];
    }

    /// <inheritdoc/>
    public void Prefetch(byte* row)
    {
    }
}

/// <summary>Is a key of two words without text: two columns or a wide decimal.</summary>
internal readonly unsafe struct TwoWordKey(ulong* words, ushort* nulls) : IRowKey
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(byte* row, int index) =>
        *(ulong*)(row + 8) == words[2 * index]
        & *(ulong*)(row + 16) == words[(2 * index) + 1]
        & *(ushort*)(row + 6) == nulls[index];

    /// <inheritdoc/>
    public void Store(byte* row, int index)
    {
        *(ulong*)(row + 8) = words[2 * index];
        *(ulong*)(row + 16) = words[(2 * index) + 1];
        *(ushort*)(row + 6) = nulls[index];
    }

    /// <inheritdoc/>
    public void Prefetch(byte* row)
    {
    }
}

/// <summary>Is a key of one text column.</summary>
internal readonly unsafe struct ViewKey(ulong* words, ushort* nulls) : IRowKey
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(byte* row, int index)
    {
        var held = (StringView*)(row + 8);
        StringView* wanted = (StringView*)words + index;
        if (held->Low != wanted->Low | *(ushort*)(row + 6) != nulls[index])
        {
            return false;
        }

        return held->High == wanted->High
            || (held->Length > StringView.InlineLength && GeneralKey.SameBytes(held, wanted));
    }

    /// <inheritdoc/>
    public void Store(byte* row, int index)
    {
        *(StringView*)(row + 8) = ((StringView*)words)[index];
        *(ushort*)(row + 6) = nulls[index];
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(byte* row)
    {
        var held = (StringView*)(row + 8);
        if (held->Length > StringView.InlineLength && Sse.IsSupported)
        {
            Sse.Prefetch0((byte*)held->High);
            Sse.Prefetch0((byte*)held->High + held->Length - 1);
        }
    }
}

/// <summary>Is the leading part of rows that are found by it; words and null bits behind it are not looked at.</summary>
internal readonly unsafe struct HeadKey(ulong* words, ushort* nulls, int stride, StateLayout layout) : IRowKey
{
    private readonly int _first = layout.NullWords;
    private readonly int _end = layout.IdentityWords;
    private readonly int _nullOffset = layout.NullOffset;
    private readonly ulong _longs = layout.LongKeyWords;
    private readonly ushort _mask = (ushort)((1u << layout.IdentityColumns) - 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(byte* row, int index)
    {
        if (((*(ushort*)(row + _nullOffset) ^ nulls[index]) & _mask) != 0 | (row[4] & RowStore.Dead) != 0)
        {
            return false;
        }

        var held = (ulong*)(row + 8);
        ulong* wanted = words + ((long)index * stride) - _first;
        for (int i = _first; i < _end; i++)
        {
            if (held[i] != wanted[i]
                && ((_longs >> i & 1) == 0
                    || (int)held[i - 1] <= StringView.InlineLength
                    || !GeneralKey.SameBytes((StringView*)(held + i - 1), (StringView*)(wanted + i - 1))))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Store(byte* row, int index)
    {
        ulong* source = words + ((long)index * stride) - _first;
        for (int i = _first; i < _end; i++)
        {
            ((ulong*)(row + 8))[i] = source[i];
        }

        *(ushort*)(row + _nullOffset) = (ushort)(nulls[index] & _mask);
    }

    /// <inheritdoc/>
    public void Prefetch(byte* row)
    {
    }
}

/// <summary>Is the key of a row of another table.</summary>
internal readonly unsafe struct SourceRowKey(byte** sources, int count, ulong longWords) : IRowKey
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(byte* row, int index)
    {
        byte* source = sources[index];
        return count == 1
            ? *(ulong*)(row + 8) == *(ulong*)(source + 8) & *(ushort*)(row + 6) == *(ushort*)(source + 6)
            : new GeneralKey((ulong*)(source + 8), (ushort*)(source + 6), count, longWords).Matches(row, 0);
    }

    /// <inheritdoc/>
    public void Store(byte* row, int index) =>
        new GeneralKey((ulong*)(sources[index] + 8), (ushort*)(sources[index] + 6), count, longWords).Store(row, 0);

    /// <inheritdoc/>
    public void Prefetch(byte* row)
    {
    }
}

/// <summary>Is a key of any words.</summary>
internal readonly unsafe struct GeneralKey(ulong* words, ushort* nulls, int count, ulong longWords) : IRowKey
{
    /// <inheritdoc/>
    public bool Matches(byte* row, int index)
    {
        if (*(ushort*)(row + 6) != nulls[index])
        {
            return false;
        }

        var held = (ulong*)(row + 8);
        ulong* wanted = words + ((long)index * count);
        for (int i = 0; i < count; i++)
        {
            if (held[i] != wanted[i]
                && ((longWords >> i & 1) == 0
                    || (int)held[i - 1] <= StringView.InlineLength
                    || !SameBytes((StringView*)(held + i - 1), (StringView*)(wanted + i - 1))))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Store(byte* row, int index)
    {
        ulong* source = words + ((long)index * count);
        for (int i = 0; i < count; i++)
        {
            ((ulong*)(row + 8))[i] = source[i];
        }

        *(ushort*)(row + 6) = nulls[index];
    }

    /// <inheritdoc/>
    public void Prefetch(byte* row)
    {
    }

    /// <summary>Compares the bytes of two long views of one length that hold addresses.</summary>
    internal static bool SameBytes(StringView* left, StringView* right) =>
        new ReadOnlySpan<byte>((byte*)left->High, left->Length)
            .SequenceEqual(new ReadOnlySpan<byte>((byte*)right->High, right->Length));
}
