using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Writes text as a JSON string in quotes; what is not ASCII is escaped.</summary>
internal readonly struct JsonQuote : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<JsonQuote, Utf8, Utf8>(
        "JSON_QUOTE(s)",
        "Writes text as a JSON string in quotes; what is not ASCII is escaped.",
        "JSON_QUOTE('a\"b') = '\"a\\\"b\"'",
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        // Two bytes of UTF-8 become six; no other ratio is greater.
        byte* start = frame.Reserve((a.Length * 3L) + 18);
        var target = new Span<byte>(start, (a.Length * 3) + 2);
        target[0] = (byte)'"';
        int written = 1;
        Span<char> units = stackalloc char[2];
        for (ReadOnlySpan<byte> rest = a.Span; !rest.IsEmpty;)
        {
            byte b = rest[0];
            if (b < 0x80)
            {
                rest = rest[1..];
                int escape = Escape(b);
                if (escape != 0)
                {
                    target[written++] = (byte)'\\';
                }

                target[written++] = escape == 0 ? b : (byte)escape;
                continue;
            }

            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            rest = rest[used..];
            int count = rune.EncodeToUtf16(units);
            for (int i = 0; i < count; i++)
            {
                "\\u"u8.CopyTo(target[written..]);
                for (int shift = 12; shift >= 0; shift -= 4)
                {
                    target[written + 5 - (shift / 4)] = "0123456789abcdef"u8[(units[i] >> shift) & 15];
                }

                written += 6;
            }
        }

        target[written++] = (byte)'"';
        result = frame.Commit(written);
        return true;
    }

    private static int Escape(byte b) => b switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => b,
        (byte)'\b' => 'b',
        (byte)'\f' => 'f',
        (byte)'\n' => 'n',
        (byte)'\r' => 'r',
        (byte)'\t' => 't',
        _ => 0,
    };
}
