using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 0-based piece between separators; NULL when there is none.</summary>
internal readonly struct SplitIndex : IRowOp<Utf8, Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<SplitIndex, Utf8, Utf8, int, Utf8>(
        "SPLIT_INDEX(s, separator, index)",
        "Returns the 0-based piece between separators; NULL when there is none.",
        "SPLIT_INDEX('a,b,c', ',', 1) = 'b'",
        Parameter.Text,
        Parameter.Text,
        Parameter.Integer,
        SqlType.String, canBeNull: true);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out Utf8 result)
    {
        result = default;
        if (c < 0 || b.Length == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> span = a.Span;
        int start = 0;
        for (int piece = 0; ; piece++)
        {
            int at = span[start..].IndexOf(b.Span);
            if (piece == c)
            {
                result = a.Slice(start, at < 0 ? span.Length - start : at);
                return true;
            }

            if (at < 0)
            {
                return false;
            }

            start += at + b.Length;
        }
    }
}
