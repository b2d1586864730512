using System;
using System.Buffers;
using System.Buffers.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Reads base 64; the bytes are taken as text as they are.</summary>
internal readonly struct FromBase64 : IRowOp<Utf8, Utf8>
{
    private static readonly SearchValues<byte> Digits =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    public static ScalarFunction Definition { get; } = Function.Row<FromBase64, Utf8, Utf8>(
        "FROM_BASE64(s)",
        "Reads base 64; the bytes are taken as text as they are.",
        "FROM_BASE64('aGVsbG8gd29ybGQ=') = 'hello world'",
        Parameter.TextOrBinary,
        SqlType.String).FailingWith("Text is not base 64.");

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = default;
        ReadOnlySpan<byte> text = a.Span;
        int digits = text.IndexOfAnyExcept(Digits);
        digits = digits < 0 ? text.Length : digits;
        int rest = digits & 3;

        // Padding may be absent; where it stands it is whole, and nothing follows it.
        ReadOnlySpan<byte> padding = rest == 2 ? "=="u8 : rest == 3 ? "="u8 : default;
        if (rest == 1 || (digits < text.Length && !text[digits..].SequenceEqual(padding)))
        {
            return false;
        }

        int length = (digits / 4 * 3) + (rest == 0 ? 0 : rest - 1);
        var target = new Span<byte>(frame.Reserve(length + 16), length);
        int whole = digits - rest;
        Base64.DecodeFromUtf8(text[..whole], target, out _, out int written);
        if (rest > 0)
        {
            int bits = (Value(text[whole]) << 18) | (Value(text[whole + 1]) << 12) | (rest == 3 ? Value(text[whole + 2]) << 6 : 0);
            target[written] = (byte)(bits >> 16);
            if (rest == 3)
            {
                target[written + 1] = (byte)(bits >> 8);
            }
        }

        result = frame.Commit(length);
        return true;
    }

    private static int Value(byte digit) => digit switch
    {
        >= (byte)'a' => digit - 'a' + 26,
        >= (byte)'A' => digit - 'A',
        >= (byte)'0' => digit - '0' + 52,
        (byte)'+' => 62,
        _ => 63,
    };
}
