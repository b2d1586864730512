using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the characters in reverse order.</summary>
internal readonly struct Reverse : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Reverse, Utf8, Utf8>(
        "REVERSE(s)",
        "Returns the characters in reverse order.",
        "REVERSE('abc') = 'cba'",
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        var target = new Span<byte>(frame.Reserve(a.Length + 16), a.Length);
        int end = a.Length;
        for (int i = 0; i < a.Length;)
        {
            int length = CodePoints.LengthAt(a.Span, i);
            a.Span.Slice(i, length).CopyTo(target[(end - length)..]);
            end -= length;
            i += length;
        }

        result = frame.Commit(a.Length);
        return true;
    }
}
