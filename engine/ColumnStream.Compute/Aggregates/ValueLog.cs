using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the values of a group in the order in which they came, as bytes that only grow.</summary>
/// <remarks>
/// <code>
/// cells   +0 bytes of the log | +16 values that stand i64 | +24 entries that take back i64
/// entry   (length &lt;&lt; 2 | NULL &lt;&lt; 1 | takes back) as 7-bit groups, then the value
/// </code>
/// A value is taken back by an entry of its own, which cancels the first equal one; the log is written anew when such entries
/// outnumber what stands. So adding, taking back and merging cost no more than the bytes they bring, and older
/// images of the cells stay readable.
/// </remarks>
internal sealed unsafe class ValueLog
{
    /// <summary>Bytes of the cells.</summary>
    public const int CellBytes = 32;

    private const int SmallestRewrite = 16;
    private LogEntry[] _entries = new LogEntry[16];
    private LogEntry[] _values = [];
    private int[] _cancelled = [];
    private byte[] _places = [];
    private int _mask;

    /// <summary>Gets how many entries were read.</summary>
    public int Count { get; private set; }

    /// <summary>Gets what was read, in order.</summary>
    public ReadOnlySpan<LogEntry> Entries => _entries.AsSpan(0, Count);

    /// <summary>Appends a value, or an entry that takes one back.</summary>
    public void Append(byte* cells, byte* value, int length, bool isNull, bool takesBack, TextHeap heap)
    {
        Write(cells, value, length, isNull, takesBack, heap);
        ((long*)cells)[2] += takesBack ? -1 : 1;
        ((long*)cells)[3] += takesBack ? 1 : 0;
        Rewrite(cells, heap);
    }

    /// <summary>Appends all of another log.</summary>
    public void Merge(byte* cells, byte* source, TextHeap heap)
    {
        var view = (StringView*)source;
        byte* room = heap.Extend((StringView*)cells, view->Length);
        Buffer.MemoryCopy(BytesOf(view), room, view->Length, view->Length);
        ((long*)cells)[2] += ((long*)source)[2];
        ((long*)cells)[3] += ((long*)source)[3];
        Rewrite(cells, heap);
    }

    /// <summary>Reads the values that stand into <see cref="Entries"/>.</summary>
    public void Read(byte* cells)
    {
        Count = 0;
        byte* at = BytesOf((StringView*)cells);
        byte* end = at + ((StringView*)cells)->Length;
        long takenBack = ((long*)cells)[3];
        if (takenBack > 0)
        {
            CollectCancelled(at, end, (int)Math.Min(takenBack, int.MaxValue / 4));
        }

        while (at < end)
        {
            LogEntry entry = Next(ref at, out bool takesBack);
            if (!takesBack && (takenBack == 0 || !Cancels(entry)))
            {
                Add(entry);
            }
        }
    }

    /// <summary>Finds the first value that stands, or the last one; returns whether there is any.</summary>
    public bool TryPick(byte* cells, bool last, out LogEntry entry)
    {
        if (((long*)cells)[3] > 0 || last)
        {
            Read(cells);
            entry = Count == 0 ? default : _entries[last ? Count - 1 : 0];
            return Count > 0;
        }

        byte* at = BytesOf((StringView*)cells);
        entry = ((StringView*)cells)->Length == 0 ? default : Next(ref at, out _);
        return ((StringView*)cells)->Length > 0;
    }

    private static byte* BytesOf(StringView* view) =>
        view->Length <= StringView.InlineLength ? (byte*)view + 4 : (byte*)view->High;

    private static void Write(byte* cells, byte* value, int length, bool isNull, bool takesBack, TextHeap heap)
    {
        ulong header = ((ulong)length << 2) | (isNull ? 2UL : 0) | (takesBack ? 1UL : 0);
        int headerBytes = (BitOperations.Log2(header | 1) / 7) + 1;
        byte* room = heap.Extend((StringView*)cells, checked(headerBytes + length));
        for (; header >= 0x80; header >>= 7)
        {
            *room++ = (byte)(header | 0x80);
        }

        *room++ = (byte)header;
        Buffer.MemoryCopy(value, room, length, length);
    }

    private static LogEntry Next(ref byte* at, out bool takesBack)
    {
        ulong header = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = *at++;
            header |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                break;
            }
        }

        int length = (int)(header >> 2);
        var entry = new LogEntry(at, length, (header & 2) != 0);
        takesBack = (header & 1) != 0;
        at += length;
        return entry;
    }

    /// <summary>Writes the log anew without what cancels out, when that is more than half of it.</summary>
    private void Rewrite(byte* cells, TextHeap heap)
    {
        long standing = ((long*)cells)[2];
        long takenBack = ((long*)cells)[3];
        if (takenBack < SmallestRewrite || takenBack < standing)
        {
            return;
        }

        // Emptied bytes stay readable until the batch is over.
        Read(cells);
        int kept = Count;
        AddUnmatched();
        heap.Empty((StringView*)cells);
        for (int i = 0; i < Count; i++)
        {
            Write(cells, _entries[i].Pointer, _entries[i].Length, _entries[i].IsNull, takesBack: i >= kept, heap);
        }

        ((long*)cells)[3] = Count - kept;
    }

    private void Add(LogEntry entry)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, 2 * Count);
        }

        _entries[Count++] = entry;
    }

    /// <summary>Puts all entries that take back into a table by value.</summary>
    private void CollectCancelled(byte* at, byte* end, int takenBack)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)takenBack * 2);
        if (_places.Length < size)
        {
            _places = new byte[size];
            _cancelled = new int[size];
            _values = new LogEntry[size];
        }

        _mask = size - 1;
        _places.AsSpan(0, size).Clear();
        while (at < end)
        {
            LogEntry entry = Next(ref at, out bool takesBack);
            if (takesBack)
            {
                int place = Find(entry);
                if (_places[place] == 0)
                {
                    _places[place] = 1;
                    _values[place] = entry;
                    _cancelled[place] = 0;
                }

                _cancelled[place]++;
            }
        }
    }

    private bool Cancels(LogEntry entry)
    {
        int place = Find(entry);
        if (_places[place] == 0 || _cancelled[place] == 0)
        {
            return false;
        }

        _cancelled[place]--;
        return true;
    }

    /// <summary>Adds entries that took back what has not come yet: another slice may hold it.</summary>
    private void AddUnmatched()
    {
        for (int place = 0; place <= _mask; place++)
        {
            for (int i = _places[place] == 0 ? 0 : _cancelled[place]; i > 0; i--)
            {
                Add(_values[place]);
            }
        }
    }

    private int Find(LogEntry entry)
    {
        ulong hash = entry.IsNull ? 0 : Hash64.Bytes(entry.Pointer, entry.Length);
        int place = (int)(uint)hash & _mask;
        while (_places[place] != 0 && !_values[place].Same(entry))
        {
            place = (place + 1) & _mask;
        }

        return place;
    }
}
