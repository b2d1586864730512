using System;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Finds what is left of text when characters of a set are taken off its ends; copies nothing.</summary>
internal static class TrimKernel
{
    public static Utf8 Run(Utf8 text, ReadOnlySpan<byte> characters, bool leading, bool trailing)
    {
        ReadOnlySpan<byte> span = text.Span;
        int start = 0;
        int end = span.Length;
        while (leading && start < end)
        {
            int length = CodePoints.LengthAt(span, start);
            if (characters.IndexOf(span.Slice(start, length)) < 0)
            {
                break;
            }

            start += length;
        }

        while (trailing && end > start)
        {
            int last = end - 1;
            while (last > start && (span[last] & 0xC0) == 0x80)
            {
                last--;
            }

            if (characters.IndexOf(span[last..end]) < 0)
            {
                break;
            }

            end = last;
        }

        return text.Slice(start, end - start);
    }
}
