using System;
using System.Globalization;
using System.Numerics;
using System.Text;
using ColumnStream.Compute.Functions.Text;
using ColumnStream.Compute.Values;

namespace ColumnStream.Compute.Formatting;

/// <summary>Shows values as Java's <c>toString</c> does and hashes them as <c>hashCode</c> does.</summary>
internal static class JavaText
{
    public static string Of(in FormatArgument value)
    {
        Span<byte> text = stackalloc byte[64];
        switch (value.Kind)
        {
            case ArgumentKind.Null:
                return "null";
            case ArgumentKind.Boolean:
                return value.Integer != 0 ? "true" : "false";
            case ArgumentKind.Float:
                return Encoding.ASCII.GetString(text[..NumberText.Format((float)value.Number, text)]);
            case ArgumentKind.Double:
                return Encoding.ASCII.GetString(text[..NumberText.Format(value.Number, text)]);
            case ArgumentKind.Decimal:
                return Encoding.ASCII.GetString(text[..DecimalText.Format(value.Unscaled, value.Scale, text)]);
            case ArgumentKind.Text:
                return value.Text;
            default:
                return value.Integer.ToString(CultureInfo.InvariantCulture);
        }
    }

    public static int Hash(in FormatArgument value) => value.Kind switch
    {
        ArgumentKind.Boolean => value.Integer != 0 ? 1231 : 1237,
        ArgumentKind.Byte or ArgumentKind.Short or ArgumentKind.Integer => (int)value.Integer,
        ArgumentKind.Long => Fold(value.Integer),
        ArgumentKind.Float => double.IsNaN(value.Number) ? 0x7FC00000 : BitConverter.SingleToInt32Bits((float)value.Number),
        ArgumentKind.Double => Fold(double.IsNaN(value.Number) ? 0x7FF8L << 48 : BitConverter.DoubleToInt64Bits(value.Number)),
        ArgumentKind.Decimal => HashDecimal(value.Unscaled, value.Scale),
        _ => HashText(value.Text),
    };

    /// <summary>Turns text to upper case, one letter to several where Unicode says so.</summary>
    public static string Upper(string text)
    {
        var upper = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (SpecialCasing.Upper(rune.Value) is { } special)
            {
                upper.Append(special);
            }
            else
            {
                upper.Append(Rune.ToUpperInvariant(rune).ToString());
            }
        }

        return upper.ToString();
    }

    private static int Fold(long bits) => (int)(bits ^ (bits >>> 32));

    private static int HashText(string text)
    {
        int hash = 0;
        foreach (char unit in text)
        {
            hash = unchecked((31 * hash) + unit);
        }

        return hash;
    }

    private static int HashDecimal(Int128 unscaled, int scale)
    {
        int hash = 0;
        foreach (byte[] word in Words(BigInteger.Abs(unscaled)))
        {
            hash = unchecked((31 * hash) + BitConverter.ToInt32(word));
        }

        return unchecked((31 * (unscaled < 0 ? -hash : hash)) + scale);
    }

    /// <summary>Returns 32-bit words, the greatest first, zeros in front left out.</summary>
    private static byte[][] Words(BigInteger magnitude)
    {
        byte[] bytes = magnitude.ToByteArray(isUnsigned: true);
        int count = (bytes.Length + 3) / 4;
        Array.Resize(ref bytes, count * 4);
        var words = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            words[count - 1 - i] = bytes[(i * 4)..((i * 4) + 4)];
        }

        return words;
    }
}
