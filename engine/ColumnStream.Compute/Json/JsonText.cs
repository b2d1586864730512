using System;
using System.Buffers;
using System.Text;

namespace ColumnStream.Compute.Json;

/// <summary>Writes JSON strings, and turns them back into text.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> Special = SearchValues.Create(Specials());

    /// <summary>Writes text in quotes; escapes quotes, backslashes and control characters only.</summary>
    public static void WriteQuoted(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> text)
    {
        output.Write("\""u8);
        while (true)
        {
            int at = text.IndexOfAny(Special);
            if (at < 0)
            {
                break;
            }

            output.Write(text[..at]);
            WriteEscape(output, text[at]);
            text = text[(at + 1)..];
        }

        output.Write(text);
        output.Write("\""u8);
    }

    /// <summary>Writes the text of a string with escapes; half a surrogate pair becomes '?'. Returns its bytes.</summary>
    /// <param name="raw">The string without quotes; its escapes are right.</param>
    /// <param name="target">Room for as many bytes as <paramref name="raw"/> has.</param>
    public static int Unescape(ReadOnlySpan<byte> raw, Span<byte> target)
    {
        int written = 0;
        for (int i = 0; i < raw.Length;)
        {
            if (raw[i] != '\\')
            {
                target[written++] = raw[i++];
                continue;
            }

            if (raw[i + 1] != 'u')
            {
                target[written++] = Unescape(raw[i + 1]);
                i += 2;
                continue;
            }

            int unit = Hex(raw[(i + 2)..]);
            i += 6;
            var rune = new Rune('?');
            if (char.IsHighSurrogate((char)unit) && i + 5 < raw.Length && raw[i] == '\\' && raw[i + 1] == 'u'
                && char.IsLowSurrogate((char)Hex(raw[(i + 2)..])))
            {
                rune = new Rune((char)unit, (char)Hex(raw[(i + 2)..]));
                i += 6;
            }
            else if (Rune.IsValid(unit))
            {
                rune = new Rune(unit);
            }

            written += rune.EncodeToUtf8(target[written..]);
        }

        return written;
    }

    /// <summary>Orders names as their UTF-16 code units are ordered.</summary>
    public static int CompareUtf16(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        int common = left.CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        byte a = left[common];
        byte b = right[common];
        // A surrogate pair (lead byte F0 to F4) stands before U+E000 to U+FFFF (EE, EF).
        bool swap = (a >= 0xF0) != (b >= 0xF0) && Math.Min(a, b) >= 0xEE;
        return swap ? b.CompareTo(a) : a.CompareTo(b);
    }

    private static byte[] Specials()
    {
        byte[] special = new byte[34];
        for (int i = 0; i < 32; i++)
        {
            special[i] = (byte)i;
        }

        special[32] = (byte)'"';
        special[33] = (byte)'\\';
        return special;
    }

    private static void WriteEscape(ArrayBufferWriter<byte> output, byte c)
    {
        Span<byte> escape = output.GetSpan(6);
        escape[0] = (byte)'\\';
        byte letter = c switch
        {
            (byte)'"' or (byte)'\\' => c,
            (byte)'\b' => (byte)'b',
            (byte)'\t' => (byte)'t',
            (byte)'\n' => (byte)'n',
            (byte)'\f' => (byte)'f',
            (byte)'\r' => (byte)'r',
            _ => (byte)'u',
        };
        escape[1] = letter;
        if (letter != 'u')
        {
            output.Advance(2);
            return;
        }

        "00"u8.CopyTo(escape[2..]);
        escape[4] = (byte)('0' + (c >> 4));
        escape[5] = "0123456789ABCDEF"u8[c & 15];
        output.Advance(6);
    }

    private static byte Unescape(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'t' => (byte)'\t',
        (byte)'n' => (byte)'\n',
        (byte)'f' => (byte)'\f',
        (byte)'r' => (byte)'\r',
        _ => letter,
    };

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            int c = digits[i] | 0x20;
            value = (value << 4) | (c > '9' ? c - 'a' + 10 : c & 15);
        }

        return value;
    }
}
