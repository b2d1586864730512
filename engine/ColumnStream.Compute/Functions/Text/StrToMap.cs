using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Reads pairs of keys and values; both delimiters are Java patterns, a comma and an equals sign by default.</summary>
internal readonly struct StrToMap : IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<StrToMap, Utf8, Utf8, Utf8, Utf8>(
        "STR_TO_MAP(s [, pairDelimiter, valueDelimiter])",
        "Reads pairs of keys and values; both delimiters are Java patterns, a comma and an equals sign by default.",
        "STR_TO_MAP('k1=v1,k2=v2')['k2'] = 'v2'",
        Parameter.Text,
        Parameter.Text.Or(","),
        Parameter.Text.Or("="),
        SqlType.Map(SqlType.String, SqlType.String)).WithState(static () => new Pairs())
        .WhereTypes(static arguments => arguments.Length != 2).FailingWith("Delimiter is no pattern.").With(Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result)
    {
        result = default;
        var state = Unsafe.As<Pairs>(frame.State!);
        if (a.Length > 0)
        {
            if (state.Delimiters.Get(b.Span) is not { } pairs || state.ValueDelimiters.Get(c.Span) is not { } values)
            {
                return false;
            }

            state.Split(pairs, values, a.Span);
        }

        result = state.Map.Finish(frame);
        return true;
    }

    private static string? Check(CallExpression call) =>
        call.Arguments.Count < 3 ? null : RegexCache.Check(call) ?? RegexCache.Check(call, argument: 2);

    /// <summary>Holds patterns, places and the map that is made.</summary>
    private sealed class Pairs
    {
        private readonly List<(int Start, int Length)> _places = [];
        private readonly List<(int Start, int Length)> _parts = [];

        public RegexCache Delimiters { get; } = new();

        public RegexCache ValueDelimiters { get; } = new();

        public MapWriter Map { get; } = new(Layout.View, Layout.View);

        /// <summary>Adds the pairs of a text; empty ones at its end do not count.</summary>
        public void Split(JavaRegex pairs, JavaRegex values, ReadOnlySpan<byte> text)
        {
            Delimiters.Matcher.FindAll(pairs, text, 0, _places);
            _parts.Clear();
            int next = 0;
            int kept = 0;
            foreach ((int start, int length) in _places)
            {
                // An empty match at the beginning parts nothing.
                if (next == 0 && start + length == 0)
                {
                    continue;
                }

                _parts.Add((next, start - next));
                kept = start > next ? _parts.Count : kept;
                next = start + length;
            }

            bool isWhole = next == 0;
            if (isWhole || next < text.Length)
            {
                _parts.Add((next, text.Length - next));
                kept = _parts.Count;
            }

            for (int i = 0; i < kept; i++)
            {
                AddPair(values, text.Slice(_parts[i].Start, _parts[i].Length));
            }
        }

        /// <summary>Adds a pair; what has no delimiter is a key with NULL.</summary>
        private void AddPair(JavaRegex values, ReadOnlySpan<byte> pair)
        {
            ValueDelimiters.Matcher.FindAll(values, pair, 0, _places);
            foreach ((int start, int length) in _places)
            {
                if (start + length > 0)
                {
                    Map.Keys.Add(pair[..start]);
                    Map.Values.Add(pair[(start + length)..]);
                    return;
                }
            }

            Map.Keys.Add(pair);
            Map.Values.AddNull();
        }
    }
}
