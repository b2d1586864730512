using System;
using System.Collections.Generic;
using System.Text;
using System.Text.RegularExpressions;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Patterns;

/// <summary>Runs a pattern over texts of UTF-8; results are places in bytes. Reuses its scratch. One thread.</summary>
internal sealed class RegexMatcher
{
    private char[] _units = new char[256];

    /// <summary>Tells whether some part of a text matches.</summary>
    public bool IsMatch(JavaRegex regex, ReadOnlySpan<byte> text)
    {
        if (regex.Contained is { } contained)
        {
            return text.IndexOf(contained) >= 0;
        }

        if (regex.Shape is { } shape)
        {
            return shape.Find(text, 0, out _, out _);
        }

        return MayMatch(regex, text) && regex.For(Transcode(text, out ReadOnlySpan<char> units)).IsMatch(units);
    }

    /// <summary>Finds the first match and returns where a group of it stands; false where there is none, or the group is unset.</summary>
    public bool Find(JavaRegex regex, ReadOnlySpan<byte> text, int group, out int start, out int length)
    {
        start = 0;
        length = 0;
        if (regex.Shape is { } shape && shape.Knows(group))
        {
            return shape.Find(text, group, out start, out length);
        }

        if (!MayMatch(regex, text))
        {
            return false;
        }

        TextKind kind = Transcode(text, out ReadOnlySpan<char> units);
        Regex translated = regex.For(kind);
        if (group == 0)
        {
            Regex.ValueMatchEnumerator matches = translated.EnumerateMatches(units);
            if (!matches.MoveNext())
            {
                return false;
            }

            (start, length) = (matches.Current.Index, matches.Current.Length);
        }
        else
        {
            Group found = translated.Match(new string(units)).Groups[group];
            if (!found.Success)
            {
                return false;
            }

            (start, length) = (found.Index, found.Length);
        }

        (start, length) = Place(text, kind, start, length);
        return true;
    }

    /// <summary>Counts the matches that do not overlap.</summary>
    public int Count(JavaRegex regex, ReadOnlySpan<byte> text)
    {
        int count = 0;
        if (MayMatch(regex, text))
        {
            TextKind kind = Transcode(text, out ReadOnlySpan<char> units);
            foreach (ValueMatch match in regex.For(kind).EnumerateMatches(units))
            {
                count += IsInPair(units, match.Index) ? 0 : 1;
            }
        }

        return count;
    }

    /// <summary>Replaces all matches by a text that is taken as it is.</summary>
    public unsafe Utf8 Replace(JavaRegex regex, Frame frame, Utf8 text, ReadOnlySpan<byte> with)
    {
        if (!MayMatch(regex, text.Span))
        {
            return text;
        }

        TextKind kind = Transcode(text.Span, out ReadOnlySpan<char> units);
        Regex translated = regex.For(kind);
        int count = 0;
        foreach (ValueMatch match in translated.EnumerateMatches(units))
        {
            count += IsInPair(units, match.Index) ? 0 : 1;
        }

        if (count == 0)
        {
            return text;
        }

        ReadOnlySpan<byte> rest = text.Span;
        long room = rest.Length + ((long)count * with.Length);
        byte* target = frame.Reserve(room + 16);
        var made = new Span<byte>(target, (int)room);
        int written = 0;
        int done = 0;
        foreach (ValueMatch match in translated.EnumerateMatches(units))
        {
            if (IsInPair(units, match.Index))
            {
                continue;
            }

            int between = kind == TextKind.Plain ? match.Index - done : ByteOffset(rest, match.Index - done);
            rest[..between].CopyTo(made[written..]);
            rest = rest[between..];
            with.CopyTo(made[(written + between)..]);
            written += between + with.Length;
            rest = rest[(kind == TextKind.Plain ? match.Length : ByteOffset(rest, match.Length))..];
            done = match.Index + match.Length;
        }

        rest.CopyTo(made[written..]);
        return frame.Commit(written + rest.Length);
    }

    /// <summary>Lists where a group stands in each match; a length of -1 is an unset group.</summary>
    public void FindAll(JavaRegex regex, ReadOnlySpan<byte> text, int group, List<(int Start, int Length)> places)
    {
        places.Clear();
        if (!MayMatch(regex, text))
        {
            return;
        }

        if (group == 0 && regex.Shape?.Literal is { } literal)
        {
            for (int at = text.IndexOf(literal), next = 0; at >= 0; at = text[next..].IndexOf(literal))
            {
                places.Add((next + at, literal.Length));
                next += at + literal.Length;
            }

            return;
        }

        TextKind kind = Transcode(text, out ReadOnlySpan<char> units);
        Regex translated = regex.For(kind);
        if (group == 0)
        {
            foreach (ValueMatch match in translated.EnumerateMatches(units))
            {
                if (!IsInPair(units, match.Index))
                {
                    places.Add(Place(text, kind, match.Index, match.Length));
                }
            }

            return;
        }

        for (Match match = translated.Match(new string(units)); match.Success; match = match.NextMatch())
        {
            Group part = match.Groups[group];
            if (!IsInPair(units, match.Index))
            {
                places.Add(part.Success ? Place(text, kind, part.Index, part.Length) : (0, -1));
            }
        }
    }

    private static (int Start, int Length) Place(ReadOnlySpan<byte> text, TextKind kind, int index, int length)
    {
        if (kind == TextKind.Plain)
        {
            return (index, length);
        }

        int start = ByteOffset(text, index);
        return (start, ByteOffset(text[start..], length));
    }

    private static bool MayMatch(JavaRegex regex, ReadOnlySpan<byte> text) =>
        regex.Required.Length == 0 || text.IndexOf(regex.Required) >= 0;

    // An empty match between the halves of one character is none.
    private static bool IsInPair(ReadOnlySpan<char> units, int index) =>
        index > 0 && index < units.Length && char.IsLowSurrogate(units[index]) && char.IsHighSurrogate(units[index - 1]);

    private TextKind Transcode(ReadOnlySpan<byte> text, out ReadOnlySpan<char> units)
    {
        if (_units.Length < text.Length)
        {
            _units = new char[Math.Max(text.Length, _units.Length * 2)];
        }

        TextKind kind = TextKinds.Of(text);
        int count = kind == TextKind.Plain ? Encoding.Latin1.GetChars(text, _units) : Encoding.UTF8.GetChars(text, _units);
        units = _units.AsSpan(0, count);
        return kind;
    }

    /// <summary>Returns the bytes of a number of UTF-16 units.</summary>
    private static int ByteOffset(ReadOnlySpan<byte> text, int units)
    {
        int at = 0;
        while (units > 0 && at < text.Length)
        {
            int length = CodePoints.LengthAt(text, at);
            at += length;
            units -= length == 4 ? 2 : 1;
        }

        return at;
    }
}
