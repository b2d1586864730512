using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Finds where fields end in a run of records: one position a field, as many a record as the table has columns.</summary>
/// <remarks>
/// <code>
/// 64 bytes -> masks of delimiters, line feeds, quotes -> bytes between quotes by a running exclusive or, ended by every
/// line feed -> positions of delimiters and line feeds outside quotes -> records whose n-th end is a line feed
/// </code>
/// A record with a quote, a byte that is not ASCII or a NUL is marked: its text must be looked at.
/// </remarks>
internal sealed unsafe class CsvIndex
{
    private const int Block = 64;
    private const int MostEnds = 1024;
    private readonly byte _delimiter;
    private readonly int _columns;
    private readonly bool _comments;
    private readonly int _maxRows;
    private readonly uint[] _ends;
    private readonly byte[] _marks;

    /// <summary>Makes an index.</summary>
    /// <param name="delimiter">Parts fields.</param>
    /// <param name="quote">Encloses fields; a line feed for none.</param>
    /// <param name="columns">Fields of a record.</param>
    /// <param name="comments">Whether lines that begin with # are no records.</param>
    public CsvIndex(byte delimiter, byte quote, int columns, bool comments)
    {
        int maxRows = Math.Clamp(MostEnds / columns, 16, 512);
        _delimiter = delimiter;
        Quote = quote;
        _columns = columns;
        _comments = comments;
        _maxRows = maxRows;
        _ends = GC.AllocateUninitializedArray<uint>((maxRows * columns) + (2 * Block), pinned: true);
        _marks = GC.AllocateUninitializedArray<byte>(maxRows + Block, pinned: true);
        Ends = (uint*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_ends)) + 1;
        Marks = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_marks));
        Ends[-1] = uint.MaxValue;
    }

    /// <summary>Gets what encloses fields; a line feed when nothing does.</summary>
    public byte Quote { get; }

    /// <summary>Gets the ends, record by record, as offsets from where the run began; the one before the first is −1.</summary>
    public uint* Ends { get; }

    /// <summary>Gets a mark of each record that is not zero when its text must be looked at.</summary>
    public byte* Marks { get; }

    /// <summary>Indexes records from <paramref name="from"/>; returns how many of the first ones have the right number of fields.</summary>
    /// <param name="from">The first byte of the run.</param>
    /// <param name="stop">No record is read that begins here or behind.</param>
    /// <param name="limit">Behind a line feed; no record is read that ends behind it.</param>
    /// <param name="rows">Most records, within the limit of this index.</param>
    public int Run(byte* from, byte* stop, byte* limit, int rows)
    {
        rows = Math.Min(rows, _maxRows);
        int count = VectorSwitch.Enabled ? Scan(from, limit, rows) : ScanScalar(from, limit, rows);
        return Shaped(from, stop, count, rows);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Scan(byte* from, byte* limit, int rows)
    {
        Vector256<byte> delimiter = Vector256.Create(_delimiter);
        Vector256<byte> quote = Vector256.Create(Quote);
        bool quotes = Quote != '\n';
        uint* to = Ends;
        uint* full = Ends + ((long)rows * _columns);
        int marked = 0;
        byte mark = 0;
        ulong inside = 0;
        for (byte* p = from; p < limit && to < full && marked < rows; p += Block)
        {
            Vector256<byte> low = Vector256.Load(p);
            Vector256<byte> high = Vector256.Load(p + 32);
            ulong valid = limit - p >= Block ? ulong.MaxValue : (1UL << (int)(limit - p)) - 1;
            ulong lines = Mask(low, high, Vector256.Create((byte)'\n')) & valid;
            ulong ends = (Mask(low, high, delimiter) & valid) | lines;
            ulong quoted = quotes ? Mask(low, high, quote) & valid : 0;
            ulong odd = quoted
                | ((((ulong)high.ExtractMostSignificantBits() << 32) | low.ExtractMostSignificantBits()) & valid);
            if ((odd | inside) != 0)
            {
                ulong between = Between(quoted) ^ inside;
                for (ulong bad = lines & between; bad != 0; bad = lines & between)
                {
                    between ^= ulong.MaxValue << BitOperations.TrailingZeroCount(bad);
                }

                inside = (ulong)((long)between >> 63);
                ends &= ~between;
            }

            uint at = (uint)(p - from);
            if (odd == 0 && mark == 0)
            {
                Unsafe.InitBlockUnaligned(Marks + marked, 0, Block);
                marked += BitOperations.PopCount(lines);
            }
            else
            {
                ulong rest = odd;
                for (ulong left = lines; left != 0 && marked < rows; left &= left - 1)
                {
                    ulong before = left ^ (left - 1);
                    Marks[marked++] = (byte)(mark | ((rest & before) != 0 ? 1 : 0));
                    rest &= ~before;
                    mark = 0;
                }

                mark = (byte)(mark | (rest != 0 ? 1 : 0));
            }

            // Eight at a time: what is written too much is overwritten by the next ones.
            int found = BitOperations.PopCount(ends);
            uint* next = to + found;
            do
            {
                for (int i = 0; i < 8; i++)
                {
                    to[i] = at + (uint)BitOperations.TrailingZeroCount(ends);
                    ends &= ends - 1;
                }

                to += 8;
            }
            while (to < next);
            to = next;
        }

        return (int)Math.Min(to - Ends, full - Ends);
    }

    private int ScanScalar(byte* from, byte* limit, int rows)
    {
        int count = 0;
        int row = 0;
        int full = rows * _columns;
        bool inside = false;
        byte mark = 0;
        for (byte* p = from; p < limit && count < full && row < rows; p++)
        {
            byte b = *p;
            inside ^= b == Quote && Quote != '\n';
            inside &= b != '\n';
            mark = (byte)(mark | ((b == Quote && Quote != '\n') || b >= 0x80 ? 1 : 0));
            if (inside || (b != _delimiter && b != '\n'))
            {
                continue;
            }

            Ends[count++] = (uint)(p - from);
            if (b == '\n')
            {
                Marks[row++] = mark;
                mark = 0;
            }
        }

        return count;
    }

    /// <summary>Counts the first records whose only line feed is their last end; blank lines and comments are none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Shaped(byte* from, byte* stop, int count, int rows)
    {
        int columns = _columns;
        rows = Math.Min(rows, count / columns);
        uint* ends = Ends;
        for (int row = 0; row < rows; row++, ends += columns)
        {
            byte* start = from + (int)(ends[-1] + 1);
            bool isWrong = start >= stop || from[ends[columns - 1]] != '\n' || (_comments && *start == '#')
                || (columns == 1 && *start is (byte)'\n' or (byte)'\r');
            for (int i = 0; i < columns - 1; i++)
            {
                isWrong |= from[ends[i]] == '\n';
            }

            if (isWrong)
            {
                return row;
            }
        }

        return rows;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mask(Vector256<byte> low, Vector256<byte> high, Vector256<byte> value) =>
        Vector256.Equals(low, value).ExtractMostSignificantBits()
            | ((ulong)Vector256.Equals(high, value).ExtractMostSignificantBits() << 32);

    /// <summary>Sets every bit from an odd quote up to the next one: a running exclusive or.</summary>
    private static ulong Between(ulong quotes)
    {
        quotes ^= quotes << 1;
        quotes ^= quotes << 2;
        quotes ^= quotes << 4;
        quotes ^= quotes << 8;
        quotes ^= quotes << 16;
        return quotes ^ (quotes << 32);
    }
}
