using System;
using System.Runtime.CompilerServices;
using System.Text.Unicode;
using ColumnStream.Connectors.Formats.Values;

namespace ColumnStream.Connectors.Formats.Json;

/// <summary>Walks JSON text (RFC 8259) that ends with a line feed, which stops every scan; each method returns the end, or null.</summary>
/// <remarks>A line feed is never white space here: it ends the record. 64 bytes behind the text must be readable.</remarks>
internal static unsafe class JsonGrammar
{
    /// <summary>Deepest nesting of objects and arrays, the record included.</summary>
    public const int MaxDepth = 64;

    /// <summary>Skips spaces, tabs and carriage returns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* SkipWhite(byte* p)
    {
        while (*p is (byte)' ' or (byte)'\t' or (byte)'\r')
        {
            p++;
        }

        return p;
    }

    /// <summary>Checks the rest of a string, whose opening quote stands before <paramref name="p"/>; returns behind the closing one.</summary>
    /// <param name="p">The first byte of the text.</param>
    /// <param name="escaped">Whether it holds a backslash.</param>
    /// <param name="fault">Where the text is wrong, when the result is null.</param>
    public static byte* EndOfText(byte* p, out bool escaped, out byte* fault)
    {
        byte* from = p;
        bool ascii = true;
        escaped = false;
        fault = null;
        while (true)
        {
            p = TextScan.Json(p, out bool isAscii);
            ascii &= isAscii;
            if (*p == '"')
            {
                break;
            }

            byte* next = *p == '\\' ? EndOfEscape(p) : null;
            if (next is null)
            {
                fault = p;
                return null;
            }

            escaped = true;
            p = next;
        }

        if (!ascii && !Utf8.IsValid(new ReadOnlySpan<byte>(from, (int)(p - from))))
        {
            fault = from;
            return null;
        }

        return p + 1;
    }

    /// <summary>Writes the text between <paramref name="p"/> and <paramref name="end"/> without its escapes.</summary>
    /// <returns>The bytes written, never more than the text has; −1 for half of a surrogate pair.</returns>
    public static int Unescape(byte* p, byte* end, byte* target)
    {
        byte* to = target;
        while (p < end)
        {
            if (*p != '\\')
            {
                *to++ = *p++;
                continue;
            }

            if (p[1] != 'u')
            {
                *to++ = p[1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'t' => (byte)'\t',
                    (byte)'r' => (byte)'\r',
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    byte other => other,
                };
                p += 2;
                continue;
            }

            int rune = Hex4(p + 2);
            p += 6;
            if (rune is >= 0xD800 and < 0xE000)
            {
                int low = rune < 0xDC00 && p < end && p[0] == '\\' && p[1] == 'u' ? Hex4(p + 2) : 0;
                if (low is < 0xDC00 or >= 0xE000)
                {
                    return -1;
                }

                rune = 0x10000 + ((rune - 0xD800) << 10) + (low - 0xDC00);
                p += 6;
            }

            to = WriteRune(to, rune);
        }

        return (int)(to - target);
    }

    /// <summary>Checks a number: <c>-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?</c>.</summary>
    public static byte* EndOfNumber(byte* p)
    {
        p += *p == '-' ? 1 : 0;
        byte* digits = p;
        p = SkipDigits(p);
        if (p == digits || (*digits == '0' && p > digits + 1))
        {
            return null;
        }

        if (*p == '.')
        {
            byte* fraction = p + 1;
            p = SkipDigits(fraction);
            if (p == fraction)
            {
                return null;
            }
        }

        if ((*p | 0x20) == 'e')
        {
            p++;
            p += *p is (byte)'+' or (byte)'-' ? 1 : 0;
            byte* exponent = p;
            p = SkipDigits(exponent);
            if (p == exponent)
            {
                return null;
            }
        }

        return p;
    }

    /// <summary>Checks any value in full.</summary>
    /// <param name="p">Its first byte.</param>
    /// <param name="depth">Objects and arrays open around it.</param>
    /// <param name="fault">Where it is wrong, when the result is null.</param>
    public static byte* SkipValue(byte* p, int depth, out byte* fault)
    {
        fault = p;
        switch (*p)
        {
            case (byte)'"':
                byte* end = EndOfText(p + 1, out bool escaped, out fault);
                if (end is not null && escaped && HasHalfSurrogate(p + 1, end - 1))
                {
                    fault = p;
                    return null;
                }

                return end;
            case (byte)'{':
                return depth >= MaxDepth ? null : SkipObject(p, depth + 1, out fault);
            case (byte)'[':
                return depth >= MaxDepth ? null : SkipArray(p, depth + 1, out fault);
            case (byte)'t':
                return IsWord(p, "true"u8) ? p + 4 : null;
            case (byte)'f':
                return IsWord(p, "false"u8) ? p + 5 : null;
            case (byte)'n':
                return IsWord(p, "null"u8) ? p + 4 : null;
            default:
                return EndOfNumber(p);
        }
    }

    /// <summary>Tells whether a literal stands at <paramref name="p"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWord(byte* p, ReadOnlySpan<byte> word) => new ReadOnlySpan<byte>(p, word.Length).SequenceEqual(word);

    private static byte* SkipObject(byte* p, int depth, out byte* fault)
    {
        p = SkipWhite(p + 1);
        fault = p;
        if (*p == '}')
        {
            return p + 1;
        }

        while (true)
        {
            fault = p;
            if (*p != '"')
            {
                return null;
            }

            byte* end = EndOfText(p + 1, out bool escaped, out byte* textFault);
            if (end is null || (escaped && HasHalfSurrogate(p + 1, end - 1)))
            {
                fault = textFault is null ? p : textFault;
                return null;
            }

            p = SkipWhite(end);
            fault = p;
            if (*p != ':')
            {
                return null;
            }

            p = SkipValue(SkipWhite(p + 1), depth, out fault);
            if (p is null)
            {
                return null;
            }

            p = SkipWhite(p);
            fault = p;
            if (*p == '}')
            {
                return p + 1;
            }

            if (*p != ',')
            {
                return null;
            }

            p = SkipWhite(p + 1);
        }
    }

    private static byte* SkipArray(byte* p, int depth, out byte* fault)
    {
        p = SkipWhite(p + 1);
        fault = p;
        if (*p == ']')
        {
            return p + 1;
        }

        while (true)
        {
            p = SkipValue(p, depth, out fault);
            if (p is null)
            {
                return null;
            }

            p = SkipWhite(p);
            fault = p;
            if (*p == ']')
            {
                return p + 1;
            }

            if (*p != ',')
            {
                return null;
            }

            p = SkipWhite(p + 1);
        }
    }

    private static byte* EndOfEscape(byte* p)
    {
        switch (p[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return p + 2;
            case (byte)'u':
                return Hex4(p + 2) < 0 ? null : p + 6;
            default:
                return null;
        }
    }

    private static bool HasHalfSurrogate(byte* p, byte* end)
    {
        for (; p < end; p++)
        {
            if (*p != '\\')
            {
                continue;
            }

            p++;
            if (*p != 'u')
            {
                continue;
            }

            int unit = Hex4(p + 1);
            p += 4;
            if (unit is >= 0xD800 and < 0xE000)
            {
                int low = unit < 0xDC00 && p + 1 < end && p[1] == '\\' && p[2] == 'u' ? Hex4(p + 3) : 0;
                if (low is < 0xDC00 or >= 0xE000)
                {
                    return true;
                }

                p += 6;
            }
        }

        return false;
    }

    /// <summary>Reads four hexadecimal digits, or −1; stops at the first byte that is none.</summary>
    private static int Hex4(byte* p)
    {
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            int digit = p[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => p[i] - '0',
                >= (byte)'a' and <= (byte)'f' => p[i] - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => p[i] - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }

    private static byte* WriteRune(byte* to, int rune)
    {
        if (rune < 0x80)
        {
            *to++ = (byte)rune;
        }
        else if (rune < 0x800)
        {
            *to++ = (byte)(0xC0 | (rune >> 6));
            *to++ = (byte)(0x80 | (rune & 0x3F));
        }
        else
        {
            if (rune < 0x10000)
            {
                *to++ = (byte)(0xE0 | (rune >> 12));
            }
            else
            {
                *to++ = (byte)(0xF0 | (rune >> 18));
                *to++ = (byte)(0x80 | ((rune >> 12) & 0x3F));
            }

            *to++ = (byte)(0x80 | ((rune >> 6) & 0x3F));
            *to++ = (byte)(0x80 | (rune & 0x3F));
        }

        return to;
    }

    private static byte* SkipDigits(byte* p)
    {
        while ((uint)(*p - '0') <= 9)
        {
            p++;
        }

        return p;
    }
}
