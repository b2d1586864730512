using System;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Reads a JSON string in quotes; other text, and one with a wrong escape, stays as it is.</summary>
internal readonly struct JsonUnquote : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<JsonUnquote, Utf8, Utf8>(
        "JSON_UNQUOTE(s)",
        "Reads a JSON string in quotes; other text, and one with a wrong escape, stays as it is.",
        "JSON_UNQUOTE('\"abc\"') = 'abc'",
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = a;
        ReadOnlySpan<byte> text = a.Span;
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            return true;
        }

        if (text.IndexOf((byte)'\\') < 0)
        {
            result = a.Slice(1, a.Length - 2);
            return true;
        }

        byte* target = frame.Reserve(a.Length + 16L);
        int written = 0;
        int i = 1;
        while (i < text.Length - 1)
        {
            if (text[i] != '\\')
            {
                target[written++] = text[i++];
                continue;
            }

            int plain = Unescape(text[i + 1]);
            if (plain != 0)
            {
                target[written++] = (byte)plain;
                i += 2;
            }
            else if (text[i + 1] == 'u' && TryUnit(text, i + 2, out char unit))
            {
                i += 6;
                Rune rune = new('?');
                if (char.IsHighSurrogate(unit) && i + 1 < text.Length - 1 && text[i] == '\\' && text[i + 1] == 'u'
                    && TryUnit(text, i + 2, out char low) && char.IsLowSurrogate(low))
                {
                    rune = new Rune(unit, low);
                    i += 6;
                }
                else if (!char.IsSurrogate(unit))
                {
                    rune = new Rune(unit);
                }

                written += rune.EncodeToUtf8(new Span<byte>(target + written, 4));
            }
            else
            {
                return true;
            }
        }

        result = frame.Commit(written);
        return true;
    }

    private static int Unescape(byte b) => b switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => b,
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        _ => 0,
    };

    private static bool TryUnit(ReadOnlySpan<byte> text, int at, out char unit)
    {
        unit = default;
        bool ok = at + 4 <= text.Length
            && ushort.TryParse(text.Slice(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort value)
            && (unit = (char)value) == value;
        return ok;
    }
}
