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
        if (b.Length == 0 || a.Span.IndexOf(b.Span) < 0)
        {
            return true;
        }

        int count = a.Span.Count(b.Span);
        int total = a.Length + (count * (c.Length - b.Length));
        var target = new Span<byte>(frame.Reserve(total + 16), total);
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
}
