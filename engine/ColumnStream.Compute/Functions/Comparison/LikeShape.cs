using System;
using System.Collections.Generic;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Holds a constant LIKE pattern as the literals between its <c>%</c>; matching goes from left to right.</summary>
/// <param name="First">What the text begins with.</param>
/// <param name="Middle">What follows in this order, each as early as possible.</param>
/// <param name="Last">What the text ends with, or null where the pattern has no <c>%</c> and text is equal to it.</param>
internal sealed record LikeShape(byte[] First, byte[][] Middle, byte[]? Last)
{
    /// <summary>Reads a pattern; null when it has a <c>_</c>, which stands for a character of any length.</summary>
    public static LikeShape? TryCreate(ReadOnlySpan<byte> pattern, int escape)
    {
        var parts = new List<byte[]>();
        var part = new List<byte>();
        for (int i = 0; i < pattern.Length; i++)
        {
            byte b = pattern[i];
            if (b == escape && i + 1 < pattern.Length)
            {
                part.Add(pattern[++i]);
            }
            else if (b == '_')
            {
                return null;
            }
            else if (b == '%')
            {
                parts.Add([.. part]);
                part.Clear();
            }
            else
            {
                part.Add(b);
            }
        }

        parts.Add([.. part]);
        return parts.Count == 1
            ? new LikeShape(parts[0], [], null)
            : new LikeShape(parts[0], [.. parts[1..^1].FindAll(static p => p.Length > 0)], parts[^1]);
    }

    /// <summary>Tells whether a text matches; UTF-8 needs no decoding, since no character begins inside another.</summary>
    public unsafe bool Matches(Utf8 text)
    {
        ReadOnlySpan<byte> span = text.Span;
        if (Last is null)
        {
            return span.SequenceEqual(First);
        }

        if (span.Length < First.Length + Last.Length || !span.StartsWith(First) || !span.EndsWith(Last))
        {
            return false;
        }

        byte* at = text.Pointer + First.Length;
        int length = span.Length - First.Length - Last.Length;
        foreach (byte[] part in Middle)
        {
            int found = ByteSearch.IndexOf(at, length, part);
            if (found < 0)
            {
                return false;
            }

            at += found + part.Length;
            length -= found + part.Length;
        }

        return true;
    }
}
