using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Reads bytes of a character set as text; what is malformed becomes U+FFFD.</summary>
internal readonly struct Decode : IRowOp<Utf8, Utf8, Utf8>
{
    private static readonly UnicodeEncoding BigEndian = new(bigEndian: true, byteOrderMark: false);
    private static readonly UnicodeEncoding LittleEndian = new(bigEndian: false, byteOrderMark: false);

    public static ScalarFunction Definition { get; } = Function.Row<Decode, Utf8, Utf8, Utf8>(
        "DECODE(bytes, charset)",
        "Reads bytes of US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE or UTF-16 as text.",
        "DECODE(x'0061', 'UTF-16BE') = 'a'",
        Parameter.Binary,
        Parameter.Text,
        SqlType.String).FailingWith("Charset is unknown.").With(Charsets.Check);

    public static unsafe bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = a;
        ReadOnlySpan<byte> bytes = a.Span;
        Charset charset = Charsets.Find(b.Span);
        switch (charset)
        {
            case Charset.Unknown:
                return false;
            case Charset.Utf8 when System.Text.Unicode.Utf8.IsValid(bytes):
                return true;
            case Charset.Utf16 when bytes.Length >= 2 && bytes[0] == 0xFF && bytes[1] == 0xFE:
                charset = Charset.Utf16LE;
                bytes = bytes[2..];
                break;
            case Charset.Utf16:
                charset = Charset.Utf16BE;
                bytes = bytes.Length >= 2 && bytes[0] == 0xFE && bytes[1] == 0xFF ? bytes[2..] : bytes;
                break;
        }

        Encoding encoding = charset switch
        {
            Charset.Latin1 => Encoding.Latin1,
            Charset.Utf16BE => BigEndian,
            Charset.Utf16LE => LittleEndian,
            _ => Encoding.UTF8,
        };

        // No byte becomes more than three bytes of UTF-8.
        byte* start = frame.Reserve((bytes.Length * 3L) + 16);
        var target = new Span<byte>(start, bytes.Length * 3);
        result = frame.Commit(charset == Charset.Ascii ? FromAscii(bytes, target) : Transcode(encoding, bytes, target));
        return true;
    }

    private static int FromAscii(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        int written = 0;
        foreach (byte b in bytes)
        {
            if (b < 0x80)
            {
                target[written++] = b;
            }
            else
            {
                "\uFFFD"u8.CopyTo(target[written..]);
                written += 3;
            }
        }

        return written;
    }

    private static int Transcode(Encoding encoding, ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        Decoder decoder = encoding.GetDecoder();
        Span<char> characters = stackalloc char[256];
        int written = 0;
        bool completed = false;
        while (!completed)
        {
            decoder.Convert(bytes, characters, flush: true, out int used, out int made, out completed);
            bytes = bytes[used..];
            written += Encoding.UTF8.GetBytes(characters[..made], target[written..]);
        }

        return written;
    }
}
