using System;
using System.Text;
using ColumnStream.Connectors.Formats.Columns;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Notes the first fault of a record while the general grammar reads it.</summary>
internal unsafe struct JsonFault
{
    private string _detail;

    public DecodeErrorCode Code { get; private set; }

    public byte* At { get; private set; }

    public DecodeColumn? Column { get; private set; }

    /// <summary>Notes a fault; later ones of the same record are its consequences and do not count.</summary>
    public void Set(DecodeErrorCode code, byte* at, DecodeColumn? column, string detail)
    {
        if (Code != DecodeErrorCode.None)
        {
            return;
        }

        Code = code;
        At = at;
        Column = column;
        _detail = detail;
    }

    /// <summary>Says what is wrong and, for syntax, what stands there.</summary>
    public readonly string Describe(byte* end)
    {
        if (Code != DecodeErrorCode.Syntax)
        {
            return _detail;
        }

        int length = (int)Math.Min(end - At, 20);
        return length <= 0
            ? $"{_detail}, got the end of the line"
            : $"{_detail}, got {Encoding.UTF8.GetString(At, length)}{(end - At > length ? "…" : string.Empty)}";
    }
}
