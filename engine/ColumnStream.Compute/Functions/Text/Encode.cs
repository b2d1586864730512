using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Writes text as bytes of a character set.</summary>
internal readonly struct Encode : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Encode, Utf8, Utf8, Utf8>(
        "ENCODE(s, charset)",
        "Writes text as bytes of US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE or UTF-16.",
        "ENCODE('a', 'UTF-16BE') = x'0061'",
        Parameter.Text,
        Parameter.Text,
        SqlType.Bytes).FailingWith("Charset is unknown.").With(Charsets.Check);

    public static unsafe bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = a;
        Charset charset = Charsets.Find(b.Span);
        if (charset is Charset.Utf8 or Charset.Unknown)
        {
            return charset == Charset.Utf8;
        }

        byte* start = frame.Reserve((a.Length * 2L) + 18);
        var target = new Span<byte>(start, (a.Length * 2) + 2);
        int written = 0;
        if (charset == Charset.Utf16 && a.Length > 0)
        {
            target[0] = 0xFE;
            target[1] = 0xFF;
            written = 2;
        }

        Span<char> units = stackalloc char[2];
        for (ReadOnlySpan<byte> rest = a.Span; !rest.IsEmpty;)
        {
            Rune.DecodeFromUtf8(rest, out Rune rune, out int used);
            rest = rest[used..];
            if (charset is Charset.Ascii or Charset.Latin1)
            {
                target[written++] = rune.Value <= (charset == Charset.Ascii ? 0x7F : 0xFF) ? (byte)rune.Value : (byte)'?';
                continue;
            }

            int count = rune.EncodeToUtf16(units);
            for (int i = 0; i < count; i++)
            {
                byte high = (byte)(units[i] >> 8);
                byte low = (byte)units[i];
                target[written] = charset == Charset.Utf16LE ? low : high;
                target[written + 1] = charset == Charset.Utf16LE ? high : low;
                written += 2;
            }
        }

        result = frame.Commit(written);
        return true;
    }
}
