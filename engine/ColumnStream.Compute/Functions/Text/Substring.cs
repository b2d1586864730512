using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns characters from a 1-based start, counted from the end when negative.</summary>
internal readonly struct Substring : IRowOp<Utf8, int, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Substring, Utf8, int, int, Utf8>(
        "SUBSTRING(s, start [, length])",
        "Returns characters from a 1-based start, counted from the end when negative.",
        "SUBSTRING('hello', 2, 3) = 'ell'",
        Parameter.Text,
        Parameter.Integer,
        Parameter.Integer.Or("2147483647"),
        SqlType.String, canBeNull: true).With("SUBSTR");

    public static bool Apply(Frame frame, Utf8 a, int b, int c, out Utf8 result)
    {
        result = default;
        if (c < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> span = a.Span;
        int count = b < 0 || c != int.MaxValue || b > 1 ? CodePoints.Count(span) : 0;
        long first = b > 0 ? b - 1L : b == 0 ? 0 : count + (long)b;
        long last = Math.Min(int.MaxValue, first + c);
        if (first < 0)
        {
            first = 0;
        }

        int start = CodePoints.OffsetOf(span, (int)Math.Min(first, int.MaxValue), out _);
        int length = last <= first ? 0 : CodePoints.OffsetOf(span[start..], (int)(last - first), out _);
        result = a.Slice(start, length);
        return true;
    }
}
