using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Values;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Remembers the text of the last day: rows of one day, the common case, copy it.</summary>
internal unsafe struct DayText
{
    private int _days;
    private int _length;
    private fixed byte _text[16];

    /// <summary>Writes <c>yyyy-MM-dd</c>; returns the end. 16 bytes may be overwritten.</summary>
    public byte* Write(byte* p, int days)
    {
        if (_length == 0 || days != _days)
        {
            fixed (byte* text = _text)
            {
                _length = DateText.Format(days, new Span<byte>(text, 16));
                _days = days;
            }
        }

        fixed (byte* text = _text)
        {
            Unsafe.CopyBlockUnaligned(p, text, 16);
        }

        return p + _length;
    }
}
