using System;
using System.Buffers;
using System.Buffers.Text;

namespace ColumnStream.Compute.Json;

/// <summary>Writes numbers of documents in canonical form: integers as they are, others exactly, as 13.370, 1E+3 or 1.5E-9.</summary>
/// <remarks>
/// A number with a fraction or an exponent is digits and a scale; it is plain when the scale is not negative and the first
/// digit stands at most six places behind the point, otherwise in scientific form. Zero has no sign.
/// </remarks>
internal static class JsonNumber
{
    private const int SmallestPlain = -6;

    /// <summary>Writes a number of JSON syntax.</summary>
    public static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> raw)
    {
        int exponentAt = raw.IndexOfAny((byte)'e', (byte)'E');
        int point = raw.IndexOf((byte)'.');
        if (exponentAt < 0 && point < 0)
        {
            output.Write(raw is [(byte)'-', (byte)'0'] ? "0"u8 : raw);
            return;
        }

        ReadOnlySpan<byte> mantissa = exponentAt < 0 ? raw : raw[..exponentAt];
        int exponent = 0;
        if (exponentAt >= 0 && !TryExponent(raw[(exponentAt + 1)..], out exponent))
        {
            // No decimal number has such an exponent; the text stays.
            output.Write(raw);
            return;
        }

        bool isNegative = mantissa[0] == '-';
        int scale = (point < 0 ? 0 : mantissa.Length - point - 1) - exponent;
        byte[] rented = ArrayPool<byte>.Shared.Rent(mantissa.Length);
        int count = 0;
        foreach (byte c in mantissa)
        {
            if (c is not ((byte)'-' or (byte)'.') && (c != '0' || count > 0))
            {
                rented[count++] = c;
            }
        }

        if (count == 0)
        {
            rented[count++] = (byte)'0';
            isNegative = false;
        }

        output.Write(isNegative ? "-"u8 : default);
        Write(output, rented.AsSpan(0, count), scale);
        ArrayPool<byte>.Shared.Return(rented);
    }

    private static bool TryExponent(ReadOnlySpan<byte> text, out int exponent) =>
        Utf8Parser.TryParse(text, out exponent, out int used) && used == text.Length && Math.Abs((long)exponent) < 1_000_000_000;

    private static void Write(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> digits, int scale)
    {
        long adjusted = -(long)scale + digits.Length - 1;
        if (scale < 0 || adjusted < SmallestPlain)
        {
            output.Write(digits[..1]);
            if (digits.Length > 1)
            {
                output.Write("."u8);
                output.Write(digits[1..]);
            }

            if (adjusted != 0)
            {
                output.Write(adjusted < 0 ? "E-"u8 : "E+"u8);
                Span<byte> number = output.GetSpan(20);
                Utf8Formatter.TryFormat(Math.Abs(adjusted), number, out int written);
                output.Advance(written);
            }

            return;
        }

        int whole = digits.Length - scale;
        if (whole <= 0)
        {
            output.Write("0."u8);
            output.GetSpan(-whole)[..-whole].Fill((byte)'0');
            output.Advance(-whole);
            output.Write(digits);
            return;
        }

        output.Write(digits[..whole]);
        if (scale > 0)
        {
            output.Write("."u8);
            output.Write(digits[whole..]);
        }
    }
}
