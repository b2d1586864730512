using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Replaces all occurrences of a part.</summary>
internal readonly struct Replace : IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Replace, Utf8, Utf8, Utf8, Utf8>(
        "REPLACE(s, part, with)",
        "Replaces all occurrences of a part.",
        "REPLACE('banana', 'an', '-') = 'b--a'",
        Parameter.Text,
        Parameter.Text,
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result)
    {
        result = a;
        if (b.Length == 0)
        {
            result = Between(frame, a.Span, c.Span);
            return true;
        }

        if (a.Span.IndexOf(b.Span) < 0)
        {
            return true;
        }

        int count = a.Span.Count(b.Span);
        long room = a.Length + (count * ((long)c.Length - b.Length));
        byte* start = frame.Reserve(room + 16);
        int total = (int)room;
        var target = new Span<byte>(start, total);
        ReadOnlySpan<byte> rest = a.Span;
        int written = 0;
        for (int at = rest.IndexOf(b.Span); at >= 0; at = rest.IndexOf(b.Span))
        {
            rest[..at].CopyTo(target[written..]);
            c.Span.CopyTo(target[(written + at)..]);
            written += at + c.Length;
            rest = rest[(at + b.Length)..];
        }

        rest.CopyTo(target[written..]);
        result = frame.Commit(total);
        return true;
    }

    /// <summary>Puts text before, between and behind all characters: what an empty part stands for.</summary>
    private static unsafe Utf8 Between(Frame frame, ReadOnlySpan<byte> text, ReadOnlySpan<byte> with)
    {
        long room = text.Length + ((CodePoints.Count(text) + 1L) * with.Length);
        byte* start = frame.Reserve(room + 16);
        var target = new Span<byte>(start, (int)room);
        with.CopyTo(target);
        int written = with.Length;
        for (int at = 0; at < text.Length;)
        {
            int length = CodePoints.LengthAt(text, at);
            text.Slice(at, length).CopyTo(target[written..]);
            with.CopyTo(target[(written + length)..]);
            written += length + with.Length;
            at += length;
        }

        return frame.Commit(written);
    }
}
