using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Counts the matches of a Java pattern that do not overlap; NULL for a wrong pattern.</summary>
internal readonly struct RegexpCount : IRowOp<Utf8, Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpCount, Utf8, Utf8, int>(
        "REGEXP_COUNT(s, pattern)",
        "Counts the matches of a Java pattern that do not overlap; NULL for a wrong pattern.",
        "REGEXP_COUNT('a1b2', '\\d') = 2",
        Parameter.Text,
        Parameter.Text,
        SqlType.Integer, canBeNull: true).WithState(static () => new RegexCache()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out int result)
    {
        result = default;
        var cache = Unsafe.As<RegexCache>(frame.State!);
        if (cache.Get(b.Span) is not { } regex)
        {
            return false;
        }

        result = cache.Matcher.Count(regex, a.Span);
        return true;
    }
}
