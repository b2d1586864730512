using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.State;

/// <summary>Keeps one column in segments, arrays of batches by reference or rows one behind the other, and gathers rows out of all.</summary>
/// <remarks>
/// <code>
/// slot     segment number &lt;&lt; 12 | row; segment 0 does not exist
/// tables   by segment: address of row 0, of its validity bits (0: no NULL), first entry of the text map (−1: open segment)
/// view     kept array: text map [first + buffer index] is the number of a text buffer; open segment: the index is that number
/// </code>
/// An output column names the text buffers of its rows instead of copying their bytes, unless too many or too large ones
/// would live for too few bytes. Buffers are told apart by identity: batches that were cut from one share them. The text buffer
/// of the open segment is named too: bytes are only added behind those that any view names.
/// </remarks>
internal sealed unsafe class RetainedColumn(DataType type, BufferAllocator account) : IDisposable
{
    /// <summary>The bits of a slot that number the row in its segment.</summary>
    public const int SegmentBits = 12;

    /// <summary>The most rows of a segment.</summary>
    public const int SegmentRows = 1 << SegmentBits;

    private const uint RowMask = SegmentRows - 1;
    private const int MostTexts = 128;
    private const int SharedOneIn = 32;
    private const int FirstRows = 64;
    private const int FirstTextBytes = 1 << 10;
    private const int MostTextBytes = 1 << 20;
    private readonly NativeList<nint> _values = new(account);
    private readonly NativeList<nint> _validity = new(account);
    private readonly NativeList<int> _firstText = new(account);
    private readonly NativeList<int> _textMap = new(account);
    private readonly NativeList<nint> _textPointers = new(account);
    private readonly NativeList<int> _named = new(account);
    private readonly NativeList<int> _textCount = new(account);
    private readonly List<(NativeBuffer? Buffer, int Segments)> _texts = [];
    private readonly Stack<int> _freeTexts = new();
    private readonly Dictionary<NativeBuffer, int> _textNumbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, List<(NativeBuffer Buffer, int Text)>> _own = [];
    private readonly int[] _used = new int[MostTexts];
    private bool _hasNulls;
    private int _openSegment;
    private int _openCapacity;
    private NativeBuffer? _openValues;
    private NativeBuffer? _openValidity;
    private NativeBuffer? _openText;
    private int _openTextNumber;
    private long _ownBytes;

    /// <summary>Gets the bytes of what is no batch's: tables and rows that were copied.</summary>
    public long Bytes => _ownBytes + (_openValues?.Capacity ?? 0) + (_openValidity?.Capacity ?? 0)
        + _values.Bytes + _validity.Bytes + _firstText.Bytes + _textCount.Bytes + _textMap.Bytes + _textPointers.Bytes
        + _named.Bytes;

    /// <summary>Returns the bytes that a closed segment of copied rows takes.</summary>
    public long OwnBytes(int segment)
    {
        long bytes = 0;
        if (_own.TryGetValue(segment, out List<(NativeBuffer Buffer, int Text)>? own))
        {
            foreach ((NativeBuffer buffer, _) in own)
            {
                bytes += buffer.Capacity;
            }
        }

        return bytes;
    }

    /// <summary>Tells whether columns of a type can be kept so.</summary>
    public static bool Supports(DataType type) => type.IsView || type.Id is TypeId.Bool or TypeId.Null || type.ByteWidth > 0;

    /// <summary>Keeps an array of at most a segment's rows, which the caller keeps alive.</summary>
    public void Keep(int segment, ArrayData array)
    {
        Reach(segment);
        _validity.Pointer[segment] = (nint)array.Validity;
        _hasNulls |= array.Validity is not null;
        switch (array)
        {
            case FixedWidthArray a:
                _values.Pointer[segment] = (nint)a.Pointer;
                break;
            case BooleanArray a:
                _values.Pointer[segment] = (nint)a.Bits;
                break;
            case ViewArray a:
                _values.Pointer[segment] = (nint)a.Pointer;
                _firstText.Pointer[segment] = _textMap.Count;
                _textCount.Pointer[segment] = a.Data.Length;
                foreach (NativeBuffer text in a.Data)
                {
                    _textMap.Add(Number(text));
                }

                break;
        }
    }

    /// <summary>Begins a segment of rows that are copied; the one before is closed.</summary>
    public void Open(int segment)
    {
        Close();
        Reach(segment);
        _openSegment = segment;
        _openCapacity = 0;
        _firstText.Pointer[segment] = -1;
    }

    /// <summary>Ends the segment of copied rows: its text may be named by others from now on.</summary>
    public void Close()
    {
        Own(_openValues);
        Own(_openValidity);
        _openValues = null;
        _openValidity = null;
        _openText = null;
        _openSegment = 0;
    }

    /// <summary>Copies rows [start, start + count) of an array to row <paramref name="at"/> of the open segment.</summary>
    public void Append(int at, ArrayData array, int start, int count)
    {
        if (at + count > _openCapacity)
        {
            Grow(at, at + count);
        }

        AppendValidity(at, array, start, count);
        byte* target = _openValues is null ? null : _openValues.Pointer;
        switch (array)
        {
            case FixedWidthArray a:
                int width = type.ByteWidth;
                Unsafe.CopyBlockUnaligned(
                    target + ((long)at * width), a.Pointer + ((long)start * width), (uint)(count * width));
                break;
            case BooleanArray a:
                for (int i = 0; i < count; i++)
                {
                    Bitmap.Write(target, at + i, a.GetValue(start + i));
                }

                break;
            case ViewArray a:
                for (int i = 0; i < count; i++)
                {
                    StringView view = a.IsNull(start + i) ? default : a.Pointer[start + i];
                    ((StringView*)target)[at + i] = view.IsInline ? view : Store(view, a.Bytes(&view));
                }

                break;
        }
    }

    /// <summary>Makes a column of rows.</summary>
    public ArrayData Gather(uint* slots, int count, BufferAllocator allocator)
    {
        if (type.Id == TypeId.Null)
        {
            return new NullArray(count);
        }

        NativeBuffer? validity = _hasNulls ? Validity(slots, count, allocator) : null;
        if (type.IsView)
        {
            return Views(slots, count, validity, allocator);
        }

        if (type.Id == TypeId.Bool)
        {
            NativeBuffer bits = Bits((byte**)_values.Pointer, slots, count, allocator);
            return new BooleanArray(count, bits, validity);
        }

        NativeBuffer values = allocator.Allocate((long)count * type.ByteWidth);
        Fixed(slots, count, values.Pointer);
        return new FixedWidthArray(type, count, values, validity);
    }

    /// <summary>Drops a segment's rows, the open one's excepted: nobody asks for them here any more.</summary>
    public void Drop(int segment)
    {
        _values.Pointer[segment] = 0;
        _validity.Pointer[segment] = 0;
        for (int i = 0; i < _textCount.Pointer[segment]; i++)
        {
            DropText(_textMap.Pointer[_firstText.Pointer[segment] + i]);
        }

        _textCount.Pointer[segment] = 0;
        if (_own.Remove(segment, out List<(NativeBuffer Buffer, int Text)>? own))
        {
            foreach ((NativeBuffer buffer, int text) in own)
            {
                if (text >= 0)
                {
                    DropText(text);
                }

                _ownBytes -= buffer.Capacity;
                buffer.Release();
            }
        }
    }

    /// <summary>Drops all rows and gives back what is this column's.</summary>
    public void Clear()
    {
        Close();
        foreach (List<(NativeBuffer Buffer, int Text)> own in _own.Values)
        {
            own.ForEach(static item => item.Buffer.Release());
        }

        _own.Clear();
        _ownBytes = 0;
        _texts.Clear();
        _freeTexts.Clear();
        _textNumbers.Clear();
        _values.Dispose();
        _validity.Dispose();
        _firstText.Dispose();
        _textCount.Dispose();
        _textMap.Dispose();
        _textPointers.Dispose();
        _named.Dispose();
        _hasNulls = false;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private void Reach(int segment)
    {
        while (_values.Count <= segment)
        {
            _values.Add(0);
            _validity.Add(0);
            _firstText.Add(0);
            _textCount.Add(0);
        }
    }

    private int Number(NativeBuffer text)
    {
        if (_textNumbers.TryGetValue(text, out int number))
        {
            _texts[number] = (text, _texts[number].Segments + 1);
        }
        else
        {
            number = AddText(text);
            _textNumbers.Add(text, number);
        }

        return number;
    }

    private int AddText(NativeBuffer text)
    {
        if (_freeTexts.TryPop(out int number))
        {
            _texts[number] = (text, 1);
            _textPointers.Pointer[number] = (nint)text.Pointer;
            return number;
        }

        _texts.Add((text, 1));
        _textPointers.Add((nint)text.Pointer);
        _named.Add(-1);
        return _texts.Count - 1;
    }

    /// <summary>Forgets a text buffer behind the last segment that names it.</summary>
    private void DropText(int number)
    {
        (NativeBuffer? text, int segments) = _texts[number];
        if (segments > 1)
        {
            _texts[number] = (text, segments - 1);
            return;
        }

        _textNumbers.Remove(text!);
        _texts[number] = default;
        _textPointers.Pointer[number] = 0;
        _freeTexts.Push(number);
    }

    private void Own(NativeBuffer? buffer, int text = -1)
    {
        if (buffer is not null)
        {
            if (!_own.TryGetValue(_openSegment, out List<(NativeBuffer Buffer, int Text)>? own))
            {
                _own.Add(_openSegment, own = []);
            }

            own.Add((buffer, text));
            _ownBytes += buffer.Capacity;
        }
    }

    private void Grow(int rows, int atLeast)
    {
        _openCapacity = Math.Min(SegmentRows, Math.Max(Math.Max(FirstRows, 2 * _openCapacity), atLeast));
        if (type.Id == TypeId.Null)
        {
            return;
        }

        int width = type.IsView ? sizeof(StringView) : type.ByteWidth;
        long bytes = type.Id == TypeId.Bool ? Bitmap.ByteCount(_openCapacity) : (long)_openCapacity * width;
        NativeBuffer larger = account.Allocate(bytes);
        if (_openValues is not null)
        {
            long used = type.Id == TypeId.Bool ? (rows + 7) >> 3 : (long)rows * width;
            Buffer.MemoryCopy(_openValues.Pointer, larger.Pointer, larger.Capacity, used);
            _openValues.Release();
        }

        _openValues = larger;
        _values.Pointer[_openSegment] = (nint)larger.Pointer;
    }

    private void AppendValidity(int at, ArrayData array, int start, int count)
    {
        if (_openValidity is null && (array.Validity is null || type.Id == TypeId.Null))
        {
            return;
        }

        if (_openValidity is null)
        {
            _hasNulls = true;
            _openValidity = account.Allocate(Bitmap.ByteCount(SegmentRows));
            Bitmap.Fill(_openValidity.Pointer, SegmentRows);
            _validity.Pointer[_openSegment] = (nint)_openValidity.Pointer;
        }

        for (int i = 0; i < count; i++)
        {
            Bitmap.Write(_openValidity.Pointer, at + i, !array.IsNull(start + i));
        }
    }

    private StringView Store(StringView view, ReadOnlySpan<byte> bytes)
    {
        if (_openText is null || _openText.Length + bytes.Length > _openText.Capacity)
        {
            long next = Math.Min(MostTextBytes, _openText is null ? FirstTextBytes : 4 * _openText.Capacity);
            _openText = account.Allocate(Math.Max(bytes.Length, next));
            _openText.Length = 0;
            _openTextNumber = AddText(_openText);
            Own(_openText, _openTextNumber);
        }

        view.BufferIndex = _openTextNumber;
        view.Offset = (int)_openText.Length;
        bytes.CopyTo(new Span<byte>(_openText.Pointer + _openText.Length, bytes.Length));
        _openText.Length += bytes.Length;
        return view;
    }

    // Slots name rows that were added: each lies in a segment of the tables and below its row count.
    private void Fixed(uint* slots, int count, byte* target)
    {
        switch (type.ByteWidth)
        {
            case 1:
                Values(slots, count, target);
                break;
            case 2:
                Values(slots, count, (ushort*)target);
                break;
            case 4:
                Values(slots, count, (uint*)target);
                break;
            case 8:
                Values(slots, count, (ulong*)target);
                break;
            case 16:
                Values(slots, count, (UInt128*)target);
                break;
            default:
                uint width = (uint)type.ByteWidth;
                for (int i = 0; i < count; i++)
                {
                    byte* segment = (byte*)_values.Pointer[slots[i] >> SegmentBits];
                    Unsafe.CopyBlockUnaligned(target + (i * width), segment + ((slots[i] & RowMask) * width), width);
                }

                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Values<T>(uint* slots, int count, T* target)
        where T : unmanaged
    {
        var segments = (T**)_values.Pointer;
        for (int i = 0; i < count; i++)
        {
            uint slot = slots[i];
            target[i] = segments[slot >> SegmentBits][slot & RowMask];
        }
    }

    private static NativeBuffer Bits(byte** segments, uint* slots, int count, BufferAllocator allocator)
    {
        NativeBuffer bits = allocator.AllocateZeroed(Bitmap.ByteCount(count));
        bits.Length = (count + 7) >> 3;
        for (int i = 0; i < count; i++)
        {
            byte* segment = segments[slots[i] >> SegmentBits];
            int bit = segment is null || Bitmap.Get(segment, slots[i] & RowMask) ? 1 : 0;
            bits.Pointer[i >> 3] |= (byte)(bit << (i & 7));
        }

        return bits;
    }

    private NativeBuffer? Validity(uint* slots, int count, BufferAllocator allocator)
    {
        NativeBuffer bits = Bits((byte**)_validity.Pointer, slots, count, allocator);
        if (Bitmap.Count(bits.Pointer, count) < count)
        {
            return bits;
        }

        bits.Release();
        return null;
    }

    private ViewArray Views(uint* slots, int count, NativeBuffer? validity, BufferAllocator allocator)
    {
        NativeBuffer views = allocator.Allocate(count * 16L);
        var target = (StringView*)views.Pointer;
        int used = 0;
        long live = Number(slots, count, target);
        if (live > 0)
        {
            used = Name(target, count, live);
        }

        if (used < 0)
        {
            NativeBuffer copy = Copy(target, count, checked((int)live), allocator);
            return new ViewArray(type, count, views, [copy], validity);
        }

        var data = new NativeBuffer[used];
        for (int i = 0; i < used; i++)
        {
            data[i] = _texts[_used[i]].Buffer!.Retain();
        }

        return new ViewArray(type, count, views, data, validity);
    }

    /// <summary>Gathers views whose indexes are numbers of text buffers; returns the bytes of the long ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private long Number(uint* slots, int count, StringView* target)
    {
        var segments = (StringView**)_values.Pointer;
        int* first = _firstText.Pointer;
        int* map = _textMap.Pointer;
        long live = 0;
        for (int i = 0; i < count; i++)
        {
            uint slot = slots[i];
            StringView view = segments[slot >> SegmentBits][slot & RowMask];
            if (view.Length > StringView.InlineLength)
            {
                int start = first[slot >> SegmentBits];
                view.BufferIndex = start < 0 ? view.BufferIndex : map[start + view.BufferIndex];
                live += view.Length;
            }

            target[i] = view;
        }

        return live;
    }

    /// <summary>
    /// Turns numbers of text buffers into places among those that are used; returns how many there are, or −1, with the numbers as
    /// they were, when the bytes are better copied.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Name(StringView* views, int count, long live)
    {
        int* named = _named.Pointer;
        int used = 0;
        long pinned = 0;
        int done = 0;
        for (; done < count; done++)
        {
            if (views[done].Length <= StringView.InlineLength)
            {
                continue;
            }

            int number = views[done].BufferIndex;
            if (named[number] < 0)
            {
                pinned += _texts[number].Buffer!.Capacity;
                if (used == MostTexts || pinned > live * SharedOneIn)
                {
                    break;
                }

                _used[used] = number;
                named[number] = used++;
            }

            views[done].BufferIndex = named[number];
        }

        for (int i = 0; i < used; i++)
        {
            named[_used[i]] = -1;
        }

        for (int i = 0; i < done && done < count; i++)
        {
            if (views[i].Length > StringView.InlineLength)
            {
                views[i].BufferIndex = _used[views[i].BufferIndex];
            }
        }

        return done < count ? -1 : used;
    }

    private NativeBuffer Copy(StringView* views, int count, int live, BufferAllocator allocator)
    {
        NativeBuffer data = allocator.Allocate(live);
        nint* texts = _textPointers.Pointer;
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            StringView* view = views + i;
            if (view->Length > StringView.InlineLength)
            {
                byte* source = (byte*)texts[view->BufferIndex] + view->Offset;
                Unsafe.CopyBlockUnaligned(data.Pointer + position, source, (uint)view->Length);
                view->BufferIndex = 0;
                view->Offset = position;
                position += view->Length;
            }
        }

        return data;
    }
}
