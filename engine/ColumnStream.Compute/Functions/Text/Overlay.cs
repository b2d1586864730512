using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Replaces a number of characters from a 1-based start, as many as the other text has where none is given.</summary>
internal readonly struct Overlay : IRowOp<Utf8, Utf8, long, long, Utf8>
{
    private const string AsLongAsWith = "-9223372036854775808";

    public static ScalarFunction Definition { get; } = Function.Row<Overlay, Utf8, Utf8, long, long, Utf8>(
        "OVERLAY(s PLACING with FROM start [FOR length])",
        "Replaces a number of characters from a 1-based start, as many as the other text has where none is given.",
        "OVERLAY('xxxxxtest' PLACING 'xxxx' FROM 6) = 'xxxxxxxxx'",
        Parameter.Text,
        Parameter.Text,
        Parameter.BigInt,
        Parameter.BigInt.Or(AsLongAsWith),
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, Utf8 b, long c, long d, out Utf8 result)
    {
        ReadOnlySpan<byte> text = a.Span;
        int characters = CodePoints.Count(text);
        result = a;
        if (c <= 0 || c > characters)
        {
            return true;
        }

        long length = d == long.MinValue ? CodePoints.Count(b.Span) : d;
        int head = CodePoints.OffsetOf(text, (int)c - 1, out _);

        // Without a positive length inside the text nothing of it follows.
        int tail = length > 0 && length <= characters - c
            ? head + CodePoints.OffsetOf(text[head..], (int)length, out _) : text.Length;
        long room = (long)head + b.Length + text.Length - tail;
        byte* start = frame.Reserve(room + 16);
        var target = new Span<byte>(start, (int)room);
        text[..head].CopyTo(target);
        b.Span.CopyTo(target[head..]);
        text[tail..].CopyTo(target[(head + b.Length)..]);
        result = frame.Commit(target.Length);
        return true;
    }
}
