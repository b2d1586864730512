using System;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Csv;

/// <summary>Decodes delimited lines into columns: runs of plain records column by column, all others one by one.</summary>
/// <remarks>
/// A line feed always ends a record, even inside quotes, unless the table says that quoted fields may hold them. An empty
/// field is '' for text and NULL for all other types. What is wrong is found by the row reader alone.
/// </remarks>
internal sealed unsafe class CsvDecoder : BlockDecoder
{
    private const int MostAtOnce = 512;
    private const int LeastAtOnce = 8;
    private readonly FormatContext _context;
    private readonly CsvOptions _options;
    private readonly DecodeColumn[] _columns;
    private readonly CsvFieldReader _reader;
    private readonly CsvIndex? _index;
    private readonly CsvColumns? _runs;
    private readonly byte _delimiter;
    private readonly int _maxRows;
    private int _atOnce = MostAtOnce;
    private bool _header;

    public CsvDecoder(FormatContext context, CsvOptions options)
        : base(context)
    {
        _context = context;
        _options = options;
        _columns = Columns.Root.Children;
        _delimiter = options.Delimiter;
        _maxRows = context.MaxRows;
        _reader = new CsvFieldReader(Columns, options);
        if (options.Escape == 0 && !options.Multiline && !options.TrimSpaces && _columns.Length > 0)
        {
            byte quote = options.Quote == 0 ? (byte)'\n' : options.Quote;
            _index = new CsvIndex(_delimiter, quote, _columns.Length, options.AllowComments);
            _runs = new CsvColumns(_index, Columns, _reader, options.TextMayBeNull);
        }
    }

    private protected override void OnBegin(long position) =>
        _header = (_options.Header || _options.IgnoreFirstLine) && position == 0;

    private protected override bool DecodeBlock(byte* stop)
    {
        byte* p = Cursor;
        while (p < stop && Columns.Rows < _maxRows)
        {
            if (*p is (byte)'\n' or (byte)'\r' or (byte)'#' && IsNoRecord(p))
            {
                p = EndOfLine(p) + 1;
                CurrentLine++;
                continue;
            }

            if (_header)
            {
                _header = false;
                byte* end = EndOfLine(p);
                if (_options.Header)
                {
                    CsvHeader.Check(_context, _options, new ReadOnlySpan<byte>(p, (int)(end - p)));
                }

                p = end + 1;
                CurrentLine++;
                continue;
            }

            if (_index is not null && ReadRun(ref p, stop))
            {
                continue;
            }

            byte* next = ReadRecord(p);
            if (next is null && _reader.IsCut && !IsLast && Limit - p <= _context.MaxRecordBytes)
            {
                Columns.RollbackRow();
                break;
            }

            byte* record = p;
            p = next is not null ? next : EndOfLine(p) + 1;
            long line = CurrentLine;
            CurrentLine += _options.Multiline ? Lines(record, p) : 1;
            if (next is not null)
            {
                Columns.Rows++;
                continue;
            }

            Columns.RollbackRow();
            if (_options.IgnoreParseErrors)
            {
                IgnoredRecords++;
                continue;
            }

            long behind = CurrentLine;
            CurrentLine = line;
            Fail(record, _reader.At, p - 1, _reader.Code, _reader.Column?.Path ?? string.Empty, _reader.Detail);
            CurrentLine = behind;
            Cursor = p;
            return false;
        }

        Cursor = p;
        return true;
    }

    /// <summary>Reads records column by column; false when the next one must be read alone.</summary>
    /// <remarks>Where records are often wrong, few are read at once: what stands behind a wrong one is read again.</remarks>
    private bool ReadRun(ref byte* p, byte* stop)
    {
        int found = _index!.Run(p, stop, Limit, Math.Min(_atOnce, _maxRows - Columns.Rows));
        int rows = found == 0 ? 0 : _runs!.Run(p, found, Columns.Rows);
        bool isWhole = rows == found && rows > 0;
        _atOnce = isWhole ? Math.Min(_atOnce * 2, MostAtOnce) : LeastAtOnce;
        if (rows == 0)
        {
            return false;
        }

        Columns.Rows += rows;
        CurrentLine += rows;
        p += _index.Ends[(rows * _columns.Length) - 1] + 1;
        return true;
    }

    private bool IsNoRecord(byte* p) =>
        *p == '\n' || (*p == '\r' && p[1] == '\n') || (*p == '#' && _options.AllowComments);

    private byte* EndOfLine(byte* p)
    {
        while (*p != '\n')
        {
            p += new ReadOnlySpan<byte>(p, (int)Math.Min(Limit - p, int.MaxValue)).IndexOf((byte)'\n');
        }

        return p;
    }

    private static long Lines(byte* from, byte* to)
    {
        long lines = 0;
        for (; from < to; from++)
        {
            lines += *from == '\n' ? 1 : 0;
        }

        return lines;
    }

    /// <summary>Reads one record; returns behind its line feed, or null when it is wrong.</summary>
    private byte* ReadRecord(byte* p)
    {
        int row = Columns.Rows;
        DecodeColumn[] columns = _columns;
        _reader.Limit = Limit;
        for (int i = 0; i < columns.Length; i++)
        {
            byte* end = _reader.Read(columns[i], row, p);
            if (end is null)
            {
                return null;
            }

            bool isLast = i == columns.Length - 1;
            if (*end == _delimiter && !isLast)
            {
                p = end + 1;
                continue;
            }

            byte* line = LineEnd(*end == _delimiter && _options.AllowTrailingComma ? _reader.SkipSpaces(end + 1) : end);
            return isLast && line is not null ? line + 1 : Ragged(end, i + 1, row);
        }

        return null;
    }

    /// <summary>Returns the line feed that ends a line at <paramref name="p"/>, or null.</summary>
    private static byte* LineEnd(byte* p) => *p == '\n' ? p : *p == '\r' && p[1] == '\n' ? p + 1 : null;

    /// <summary>Counts the fields of a record of another length; where errors are ignored, missing ones are NULL.</summary>
    private byte* Ragged(byte* p, int fields, int row)
    {
        byte* at = p;
        int had = fields;
        while (*p == _delimiter)
        {
            fields++;
            byte* end = _reader.FindEnd(p + 1, out _, out _);
            if (end is null)
            {
                return null;
            }

            p = end;
        }

        bool isLong = had == _columns.Length;
        bool goesOn = isLong
            ? _options.IgnoreTrailing || _options.IgnoreParseErrors
            : _options.IgnoreParseErrors && !_options.FailOnMissing && NullFrom(had, row);
        if (goesOn)
        {
            return EndOfLine(p) + 1;
        }

        string noun = _columns.Length == 1 ? "field" : "fields";
        return _reader.Fault(DecodeErrorCode.Ragged, at, null, $"expected {_columns.Length} {noun}, got {fields}");
    }

    private bool NullFrom(int first, int row)
    {
        for (int i = first; i < _columns.Length; i++)
        {
            if (!_columns[i].Nullable)
            {
                return false;
            }

            _columns[i].SetNull(row);
        }

        return true;
    }
}
