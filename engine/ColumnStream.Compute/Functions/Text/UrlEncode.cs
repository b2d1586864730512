using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Writes text as a form field of a URL: a space is +, other bytes than letters, digits and .-*_ are %XX.</summary>
internal readonly struct UrlEncode : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<UrlEncode, Utf8, Utf8>(
        "URL_ENCODE(s)",
        "Writes text as a form field of a URL: a space is +, other bytes than letters, digits and .-*_ are %XX.",
        "URL_ENCODE('a b&c') = 'a+b%26c'",
        Parameter.Text,
        SqlType.String,
        canBeNull: true);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        byte* target = frame.Reserve((a.Length * 3L) + 16);
        int written = 0;
        for (int i = 0; i < a.Length; i++)
        {
            byte b = a[i];
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'.' or (byte)'-' or (byte)'*' or (byte)'_')
            {
                target[written++] = b;
            }
            else if (b == ' ')
            {
                target[written++] = (byte)'+';
            }
            else
            {
                target[written] = (byte)'%';
                target[written + 1] = "0123456789ABCDEF"u8[b >> 4];
                target[written + 2] = "0123456789ABCDEF"u8[b & 15];
                written += 3;
            }
        }

        result = frame.Commit(written);
        return true;
    }
}
