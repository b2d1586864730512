using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Returns a group of all matches of a Java pattern as an array; NULL for a wrong pattern or group.</summary>
internal readonly struct RegexpExtractAll : IRowOp<Utf8, Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpExtractAll, Utf8, Utf8, int, Utf8>(
        "REGEXP_EXTRACT_ALL(s, pattern [, group])",
        "Returns a group of all matches of a Java pattern as an array, group 1 by default; NULL for a wrong pattern or group.",
        "REGEXP_EXTRACT_ALL('a1b2', '([a-z])\\d') = ARRAY['a', 'b']",
        Parameter.Text,
        Parameter.Text,
        Parameter.Integer.Or("1"),
        SqlType.Array(SqlType.String),
        canBeNull: true).WithState(static () => new Matches()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out Utf8 result)
    {
        result = default;
        var state = Unsafe.As<Matches>(frame.State!);
        if (c < 0 || state.Patterns.Get(b.Span) is not { } regex || c > regex.Groups)
        {
            return false;
        }

        ReadOnlySpan<byte> text = a.Span;
        state.Patterns.Matcher.FindAll(regex, text, c, state.Places);
        foreach ((int start, int length) in state.Places)
        {
            if (length < 0)
            {
                state.Array.AddNull();
            }
            else
            {
                state.Array.Add(text.Slice(start, length));
            }
        }

        result = state.Array.Finish(frame);
        return true;
    }

    /// <summary>Holds patterns, places and the array that is made.</summary>
    private sealed class Matches
    {
        public RegexCache Patterns { get; } = new();

        public List<(int Start, int Length)> Places { get; } = [];

        public ArrayWriter Array { get; } = new(Layout.View);
    }
}
