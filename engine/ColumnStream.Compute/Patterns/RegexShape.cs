using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>
/// Is a pattern of the form <c>[one of some characters, or the beginning] literal [run of a class]</c>, found on bytes.
/// </summary>
/// <remarks>
/// <c>(?:&amp;|^|\?)id=([^&amp;]*)</c>, <c>^ERROR</c>, <c>v=(\d+)</c>. Nothing follows the run, so that as long as possible is
/// right.
/// </remarks>
internal sealed class RegexShape
{
    private readonly bool _hasBoundary;
    private readonly bool _mayBegin;
    private readonly SearchValues<byte>? _boundary;
    private readonly byte[] _literal;
    private readonly SearchValues<byte>? _stop;
    private readonly SearchValues<byte>? _members;
    private readonly int _least;

    private RegexShape(
        (bool Has, bool MayBegin, SearchValues<byte>? Bytes, int Group) boundary,
        byte[] literal,
        (SearchValues<byte>? Stop, SearchValues<byte>? Members, int Least, int Group) run)
    {
        (_hasBoundary, _mayBegin, _boundary, _) = boundary;
        _literal = literal;
        (_stop, _members, _least, ValueGroup) = run;
    }

    /// <summary>Gets the group that is the run, or 0.</summary>
    public int ValueGroup { get; }

    /// <summary>Gets the bytes that are the whole pattern, or null where there is more to it.</summary>
    public byte[]? Literal => _hasBoundary || _stop is not null || _members is not null ? null : _literal;

    /// <summary>Returns the form of a pattern, or null where it has another.</summary>
    public static RegexShape? TryRecognize(PatternNode node)
    {
        List<PatternNode> parts = PatternFacts.Parts(node);
        int at = 0;
        (bool, bool, SearchValues<byte>?, int) boundary = default;
        if (parts.Count > 0 && TryBoundary(parts[0], out boundary))
        {
            at = 1;
        }

        var literal = new StringBuilder();
        while (at < parts.Count && parts[at] is SetNode { Set.Single: >= 0 and var point } && Rune.IsValid(point))
        {
            literal.Append(char.ConvertFromUtf32(point));
            at++;
        }

        if (literal.Length == 0)
        {
            return null;
        }

        (SearchValues<byte>?, SearchValues<byte>?, int, int) run = default;
        if (at < parts.Count)
        {
            if (at + 1 < parts.Count || !TryRun(parts[at], out run))
            {
                return null;
            }
        }

        return new RegexShape(boundary, Encoding.UTF8.GetBytes(literal.ToString()), run);
    }

    /// <summary>Returns the literal that is all a match needs, anything before and behind it; or null.</summary>
    public static byte[]? TryContained(PatternNode node)
    {
        List<PatternNode> parts = PatternFacts.Parts(node);
        int start = parts.Count > 1 && IsAnything(parts[0]) ? 1 : 0;
        int end = parts.Count > start + 1 && IsAnything(parts[^1]) ? parts.Count - 1 : parts.Count;
        var literal = new StringBuilder();
        for (int i = start; i < end; i++)
        {
            if (parts[i] is not SetNode { Set.Single: >= 0 and var point } || !Rune.IsValid(point))
            {
                return null;
            }

            literal.Append(char.ConvertFromUtf32(point));
        }

        return literal.Length == 0 ? null : Encoding.UTF8.GetBytes(literal.ToString());
    }

    /// <summary>Tells whether <see cref="Find"/> knows a group.</summary>
    public bool Knows(int group) => group == 0 || group == ValueGroup;

    /// <summary>Finds the first match and returns where a group of it stands.</summary>
    public bool Find(ReadOnlySpan<byte> text, int group, out int start, out int length)
    {
        start = 0;
        length = 0;
        for (int from = 0; ;)
        {
            int at = text[from..].IndexOf(_literal);
            if (at < 0)
            {
                return false;
            }

            at += from;
            from = at + 1;
            bool begins = at == 0 || _boundary is null || !_boundary.Contains(text[at - 1]);
            if (_hasBoundary && begins && !(at == 0 && _mayBegin))
            {
                continue;
            }

            int behind = at + _literal.Length;
            int run = Run(text[behind..]);
            if (run < _least)
            {
                continue;
            }

            int first = _hasBoundary && at > 0 ? at - 1 : at;
            (start, length) = group == 0 ? (first, behind + run - first) : (behind, run);
            return true;
        }
    }

    private int Run(ReadOnlySpan<byte> rest)
    {
        int end = _stop is not null ? rest.IndexOfAny(_stop) : _members is not null ? rest.IndexOfAnyExcept(_members) : 0;
        return end < 0 ? rest.Length : end;
    }

    private static bool IsAnything(PatternNode part) =>
        part is RepeatNode { Least: 0, Most: -1, Kind: not RepeatKind.Possessive, Body: SetNode };

    private static bool TryBoundary(PatternNode part, out (bool, bool, SearchValues<byte>?, int) boundary)
    {
        boundary = default;
        int group = part is CaptureNode capture ? capture.Number : 0;
        List<PatternNode> inner = PatternFacts.Parts(part is CaptureNode c ? c.Body : part);
        if (inner.Count != 1 || (part is SetNode { Set.Single: >= 0 } && group == 0))
        {
            return false;
        }

        bool mayBegin = false;
        CodePointSet bytes = CodePointSet.Empty;
        foreach (PatternNode choice in inner[0] is ChoiceNode choices ? choices.Choices : inner)
        {
            if (choice is AnchorNode { Anchor: Anchor.Begin })
            {
                mayBegin = true;
            }
            else if (choice is SetNode set && set.Set.Ranges is [.., var last] && last.High < 0x80)
            {
                bytes = bytes.Union(set.Set);
            }
            else
            {
                return false;
            }
        }

        boundary = (true, mayBegin, bytes.Ranges.IsEmpty ? null : Bytes(bytes), group);
        return true;
    }

    private static bool TryRun(PatternNode part, out (SearchValues<byte>?, SearchValues<byte>?, int, int) run)
    {
        run = default;
        int group = part is CaptureNode capture ? capture.Number : 0;
        List<PatternNode> inner = PatternFacts.Parts(part is CaptureNode c ? c.Body : part);
        if (inner is not [RepeatNode { Least: 0 or 1, Most: -1, Kind: not RepeatKind.Lazy, Body: SetNode set } repeat])
        {
            return false;
        }

        CodePointSet absent = set.Set.Negate();
        if (absent.Ranges.IsEmpty || absent.Ranges[^1].High < 0x80)
        {
            run = (Bytes(absent), null, repeat.Least, group);
            return true;
        }

        if (set.Set.Ranges is [.., var last] && last.High < 0x80)
        {
            run = (null, Bytes(set.Set), repeat.Least, group);
            return true;
        }

        return false;
    }

    private static SearchValues<byte> Bytes(CodePointSet set)
    {
        List<byte> bytes = [];
        foreach ((int low, int high) in set.Ranges)
        {
            for (int b = low; b <= high; b++)
            {
                bytes.Add((byte)b);
            }
        }

        return SearchValues.Create(bytes.ToArray());
    }
}
