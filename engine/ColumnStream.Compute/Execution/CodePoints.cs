using System;
using System.Text;

namespace ColumnStream.Compute.Execution;

/// <summary>Counts and finds characters (code points) in UTF-8; ASCII takes the short way.</summary>
internal static class CodePoints
{
    /// <summary>Counts the code points.</summary>
    public static int Count(ReadOnlySpan<byte> utf8)
    {
        if (Ascii.IsValid(utf8))
        {
            return utf8.Length;
        }

        int count = 0;
        foreach (byte b in utf8)
        {
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    /// <summary>
    /// Returns the byte offset behind the first <paramref name="count"/> code points; fewer: the length.
    /// </summary>
    public static int OffsetOf(ReadOnlySpan<byte> utf8, int count, out int found)
    {
        if (count <= 0)
        {
            found = 0;
            return 0;
        }

        found = Math.Min(count, utf8.Length);
        if (Ascii.IsValid(utf8[..found]))
        {
            return found;
        }

        found = 0;
        for (int i = 0; i < utf8.Length; i++)
        {
            if ((utf8[i] & 0xC0) != 0x80)
            {
                if (found == count)
                {
                    return i;
                }

                found++;
            }
        }

        return utf8.Length;
    }

    /// <summary>Returns the bytes of the code point that begins at a byte.</summary>
    public static int LengthAt(ReadOnlySpan<byte> utf8, int at)
    {
        byte b = utf8[at];
        int length = b < 0x80 ? 1 : b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
        return Math.Min(length, utf8.Length - at);
    }

    /// <summary>
    /// Finds text at or behind the code point <paramref name="start"/>; returns its 1-based place or 0.
    /// </summary>
    public static int Find(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> part, int start)
    {
        if (part.IsEmpty)
        {
            return 1;
        }

        int skip = OffsetOf(utf8, start, out int skipped);
        if (skipped < start)
        {
            return 0;
        }

        int at = utf8[skip..].IndexOf(part);
        return at < 0 ? 0 : skipped + Count(utf8.Slice(skip, at)) + 1;
    }
}
