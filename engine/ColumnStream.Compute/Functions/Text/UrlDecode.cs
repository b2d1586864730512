using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Reads a form field of a URL; NULL where a % is not followed by two hexadecimal digits.</summary>
internal readonly struct UrlDecode : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<UrlDecode, Utf8, Utf8>(
        "URL_DECODE(s)",
        "Reads a form field of a URL; NULL where a % is not followed by two hexadecimal digits.",
        "URL_DECODE('a+b%26c') = 'a b&c'",
        Parameter.Text,
        SqlType.String,
        canBeNull: true);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = a;
        if (a.Span.IndexOfAny((byte)'%', (byte)'+') < 0)
        {
            return true;
        }

        byte* target = frame.Reserve(a.Length + 16L);
        int written = 0;
        for (int i = 0; i < a.Length; i++)
        {
            byte b = a[i];
            if (b == '%')
            {
                int high = i + 2 < a.Length ? Digit(a[i + 1]) : -1;
                int low = high < 0 ? -1 : Digit(a[i + 2]);
                if (low < 0)
                {
                    return false;
                }

                target[written++] = (byte)((high << 4) | low);
                i += 2;
            }
            else
            {
                target[written++] = b == '+' ? (byte)' ' : b;
            }
        }

        var made = new ReadOnlySpan<byte>(target, written);
        result = System.Text.Unicode.Utf8.IsValid(made)
            ? frame.Commit(written) : frame.Copy(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(made)));
        return true;
    }

    private static int Digit(byte b) => char.IsAsciiHexDigit((char)b) ? (b & 15) + (b > '9' ? 9 : 0) : -1;
}
