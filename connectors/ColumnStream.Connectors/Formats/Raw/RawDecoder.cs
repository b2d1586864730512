using System;
using System.Text;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats.Columns;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Raw;

/// <summary>Decodes one value a line; a number has its width in bytes, whatever they are, and a line feed behind them.</summary>
internal sealed unsafe class RawDecoder : BlockDecoder
{
    private readonly DecodeColumn _column;
    private readonly RawOptions _options;
    private readonly int _width;
    private readonly int _maxRows;
    private byte[] _scratch = [];

    public RawDecoder(FormatContext context, RawOptions options)
        : base(context)
    {
        _column = Columns.Root.Children[0];
        _options = options;
        _width = RawValue.WidthOf(_column.Kind);
        _maxRows = context.MaxRows;
    }

    private protected override bool SkipsMark => _column.Kind == ColumnKind.Text && _options.Charset is null;

    private protected override bool DecodeBlock(byte* stop)
    {
        byte* p = Cursor;
        while (p < stop && Columns.Rows < _maxRows)
        {
            if (_width > 0 && Limit - p <= _width && !IsLast)
            {
                break;
            }

            byte* record = p;
            DecodeErrorCode code;
            if (_width > 0)
            {
                bool fits = Limit - p > _width && p[_width] == '\n';
                p = fits ? p + _width : TextScan.Any(p, (byte)'\n', (byte)'\n', (byte)'\n', out _);
                code = fits ? DecodeErrorCode.None : DecodeErrorCode.BadValue;
                if (fits)
                {
                    RawValue.Load(_column, Columns.Rows, record, _options.IsBigEndian);
                }
            }
            else
            {
                p = TextScan.Any(p, (byte)'\n', (byte)'\n', (byte)'\n', out bool isAscii);
                byte* end = p > record && p[-1] == '\r' ? p - 1 : p;
                code = Store(record, (int)(end - record), isAscii);
            }

            byte* newline = p++;
            if (code != DecodeErrorCode.None)
            {
                string detail = code == DecodeErrorCode.BadUtf8
                    ? "text is not valid in its charset" : $"expected {_width} bytes, got {newline - record}";
                Fail(record, record, newline, code, _column.Path, detail);
                CurrentLine++;
                Cursor = p;
                return false;
            }

            Columns.Rows++;
            CurrentLine++;
        }

        Cursor = p;
        return true;
    }

    private DecodeErrorCode Store(byte* p, int length, bool isAscii)
    {
        var bytes = new ReadOnlySpan<byte>(p, length);
        if (_column.Kind == ColumnKind.Bytes || (_options.Charset is null && (isAscii || Utf8.IsValid(bytes))))
        {
            Columns.StoreView(_column, Columns.Rows, p, length);
            return DecodeErrorCode.None;
        }

        if (_options.Charset is null)
        {
            return DecodeErrorCode.BadUtf8;
        }

        string text = _options.Charset.GetString(bytes);
        int room = Encoding.UTF8.GetMaxByteCount(text.Length);
        _scratch = _scratch.Length < room ? new byte[room] : _scratch;
        int written = Encoding.UTF8.GetBytes(text, _scratch);
        return TextValue.StoreText(Columns, _column, Columns.Rows, _scratch.AsSpan(0, written));
    }
}
