using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns n copies of a text.</summary>
internal readonly struct Repeat : IRowOp<Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Repeat, Utf8, int, Utf8>(
        "REPEAT(s, n)",
        "Returns n copies of a text.",
        "REPEAT('ab', 2) = 'abab'",
        Parameter.Text,
        Parameter.Integer,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, int b, out Utf8 result)
    {
        int count = Math.Max(0, b);
        long room = (long)a.Length * count;
        byte* start = frame.Reserve(room + 16);
        int total = (int)room;
        var target = new Span<byte>(start, total);
        for (int i = 0; i < count; i++)
        {
            a.Span.CopyTo(target[(i * a.Length)..]);
        }

        result = frame.Commit(total);
        return true;
    }
}
