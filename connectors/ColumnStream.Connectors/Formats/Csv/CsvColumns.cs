using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Parses an indexed run of records column by column, one type a loop.</summary>
/// <remarks>
/// What a loop does not take at once goes to the row reader, which may store it, make it NULL, or refuse it. Behind the
/// first refused row nothing is kept, so that the first wrong field in reading order is the one that is told.
/// </remarks>
internal sealed unsafe class CsvColumns(CsvIndex index, ColumnSet columns, CsvFieldReader reader, bool hasNullLiteral)
{
    /// <summary>Parses all columns of <paramref name="rows"/> indexed records into slots from <paramref name="slot"/> on.</summary>
    /// <returns>The number of the first rows that are right; nothing remains of the others.</returns>
    public int Run(byte* from, int rows, int slot)
    {
        DecodeColumn[] all = columns.Root.Children;
        int good = rows;
        for (int i = 0; i < all.Length && good > 0; i++)
        {
            good = Column(all[i], i, all.Length, from, good, slot);
        }

        for (int row = rows; row-- > good;)
        {
            foreach (DecodeColumn column in all)
            {
                column.Rollback(slot + row);
            }
        }

        return good;
    }

    private int Column(DecodeColumn column, int number, int width, byte* from, int rows, int slot)
    {
        if (hasNullLiteral)
        {
            return Others(column, number, width, from, rows, slot);
        }

        return column.Kind switch
        {
            ColumnKind.Text => Texts(column, number, width, from, rows, slot),
            ColumnKind.Int64 => Fields<long, Int64Field>(default, column, number, width, from, rows, slot),
            ColumnKind.Boolean => Fields<byte, BooleanField>(default, column, number, width, from, rows, slot),
            ColumnKind.Float64 => Fields<double, Float64Field>(default, column, number, width, from, rows, slot),
            ColumnKind.Timestamp => Fields<long, TimestampField>(new(column), column, number, width, from, rows, slot),
            _ => Others(column, number, width, from, rows, slot),
        };
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Texts(DecodeColumn column, int number, int width, byte* from, int rows, int slot)
    {
        uint* ends = index.Ends + number;
        byte* marks = index.Marks;
        byte quote = index.Quote;
        bool isLast = number == width - 1;
        for (int row = 0; row < rows; row++, ends += width)
        {
            byte* start = from + (int)(ends[-1] + 1);
            byte* end = End(from, start, *ends, isLast);
            if (marks[row] == 0 || IsPlain(start, end, quote))
            {
                columns.StoreView(column, slot + row, start, (int)(end - start));
            }
            else if (reader.ReadText(column, slot + row, start) != end)
            {
                return row;
            }
        }

        return rows;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Fields<T, TField>(TField field, DecodeColumn column, int number, int width, byte* from, int rows, int slot)
        where T : unmanaged
        where TField : struct, ICsvField<T>
    {
        uint* ends = index.Ends + number;
        T* values = (T*)column.Data + slot;
        bool isLast = number == width - 1;
        for (int row = 0; row < rows; row++, ends += width)
        {
            byte* start = from + (int)(ends[-1] + 1);
            byte* end = End(from, start, *ends, isLast);
            if ((start == end || field.Parse(start, out values[row]) != end) && !Other(column, slot + row, start, end))
            {
                return row;
            }
        }

        return rows;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Others(DecodeColumn column, int number, int width, byte* from, int rows, int slot)
    {
        uint* ends = index.Ends + number;
        bool isLast = number == width - 1;
        for (int row = 0; row < rows; row++, ends += width)
        {
            byte* start = from + (int)(ends[-1] + 1);
            if (!reader.Store(column, slot + row, start, End(from, start, *ends, isLast)))
            {
                return row;
            }
        }

        return rows;
    }

    /// <summary>Tells whether a field of a marked record is short and has neither quote nor a byte that is not ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(byte* start, byte* end, byte quote)
    {
        if (!VectorSwitch.Enabled || end - start >= Vector256<byte>.Count)
        {
            return false;
        }

        Vector256<byte> text = Vector256.Load(start);
        uint odd = (Vector256.Equals(text, Vector256.Create(quote)) | text).ExtractMostSignificantBits();
        return (odd & ((1u << (int)(end - start)) - 1)) == 0;
    }

    /// <summary>Takes an empty field as NULL, all else to the row reader.</summary>
    private bool Other(DecodeColumn column, int slot, byte* start, byte* end)
    {
        if (start == end && column.Nullable)
        {
            column.SetNull(slot);
            return true;
        }

        return reader.Store(column, slot, start, end);
    }

    /// <summary>Returns a field's end; a carriage return before a record's line feed belongs to neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* End(byte* from, byte* start, uint end, bool isLast)
    {
        byte* at = from + end;
        return isLast && at > start && at[-1] == '\r' ? at - 1 : at;
    }
}
