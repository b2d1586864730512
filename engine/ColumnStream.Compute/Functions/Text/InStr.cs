using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 1-based place of the n-th occurrence from a start, which counts from the end when negative, or 0.</summary>
internal readonly struct InStr : IRowOp<Utf8, Utf8, int, int, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<InStr, Utf8, Utf8, int, int, int>(
        "INSTR(s, part [, start [, occurrence]])",
        "Returns the 1-based place of the n-th occurrence from a start, which counts from the end when negative, or 0.",
        "INSTR('hello', 'l') = 3",
        Parameter.Text,
        Parameter.Text,
        Parameter.Integer.Or("1"),
        Parameter.Integer.Or("1"),
        SqlType.Integer).FailingWith("Occurrence of INSTR must be positive.");

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, int d, out int result)
    {
        result = 0;
        if (d <= 0)
        {
            return false;
        }

        if (c != 0)
        {
            result = c > 0 ? Forward(a.Span, b.Span, c, d) : Backward(a.Span, b.Span, c, d);
        }

        return true;
    }

    private static int Forward(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, int start, int occurrence)
    {
        int place = start - 1;
        for (int i = 0; i < occurrence; i++)
        {
            place = CodePoints.Find(text, part, place);
            if (place == 0)
            {
                return 0;
            }
        }

        return place;
    }

    /// <summary>Searches leftwards from the place that is <paramref name="start"/> from the end.</summary>
    private static int Backward(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, int start, int occurrence)
    {
        if (part.IsEmpty)
        {
            return CodePoints.Count(text) + 1;
        }

        long characters = CodePoints.Count(text) + 1L + start;
        if (characters < 0)
        {
            return 0;
        }

        // The part must end in front of this byte.
        int end = CodePoints.OffsetOf(text, (int)Math.Min(int.MaxValue, characters), out _);
        for (int i = 0; i < occurrence; i++)
        {
            int at = text[..end].LastIndexOf(part);
            if (at < 0)
            {
                return 0;
            }

            if (i == occurrence - 1)
            {
                return CodePoints.Count(text[..at]) + 1;
            }

            // The next one may overlap: it ends at least one character earlier.
            end = at + part.Length - 1;
            while (end > 0 && (text[end] & 0xC0) == 0x80)
            {
                end--;
            }
        }

        return 0;
    }
}
