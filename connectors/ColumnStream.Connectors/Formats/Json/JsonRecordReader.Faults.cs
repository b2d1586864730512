using System;
using System.Text;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Json;

/// <content>What is wrong with a record, found by the general grammar.</content>
internal sealed unsafe partial class JsonRecordReader
{
    private byte* BadSyntax(DecodeColumn? column, byte* value, byte* at)
    {
        if (!_general)
        {
            return null;
        }

        bool isText = *value == '"';
        bool badBytes = isText && at == value + 1 && *at is not ((byte)'\\' or (byte)'"') && *at >= 0x20;
        string detail = isText && at == value ? "half of a surrogate pair in text"
            : badBytes ? "text is not UTF-8"
            : isText && *at == '\n' ? "text is not closed"
            : isText && *at == '\\' ? "escape is not valid"
            : isText && *at < 0x20 ? "control character in text"
            : "value is not JSON";
        return Accuse(badBytes ? DecodeErrorCode.BadUtf8 : DecodeErrorCode.Syntax, at, column, detail);
    }

    private byte* Accuse(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
    {
        if (_general)
        {
            _fault.Set(code, at, column, detail);
        }

        return null;
    }

    private static string Expected(DecodeColumn column, DecodeErrorCode code, byte* p, byte* end)
    {
        int length = (int)Math.Min(end - p, 60);
        string got = Encoding.UTF8.GetString(p, length) + (end - p > length ? "…" : string.Empty);
        string type = column.Type.WithNullable(nullable: true).Materialized().ToString();
        return code == DecodeErrorCode.OutOfRange
            ? $"value is out of range for {type}, got {got}"
            : $"expected {type}, got {got}";
    }
}
