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
        int total = checked(a.Length * count);
        var target = new Span<byte>(frame.Reserve(total + 16), total);
        for (int i = 0; i < count; i++)
        {
            a.Span.CopyTo(target[(i * a.Length)..]);
        }

        result = frame.Commit(total);
        return true;
    }
}
