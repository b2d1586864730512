using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Replaces all matches of a Java pattern by a text that is taken as it is; NULL for a wrong pattern.</summary>
internal readonly struct RegexpReplace : IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpReplace, Utf8, Utf8, Utf8, Utf8>(
        "REGEXP_REPLACE(s, pattern, with)",
        "Replaces all matches of a Java pattern by a text that is taken as it is; NULL for a wrong pattern.",
        "REGEXP_REPLACE('foobar', 'oo|ar', '') = 'fb'",
        Parameter.Text,
        Parameter.Text,
        Parameter.Text,
        SqlType.String, canBeNull: true).WithState(static () => new RegexCache()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result)
    {
        result = default;
        var cache = Unsafe.As<RegexCache>(frame.State!);
        if (cache.Get(b.Span) is not { } regex)
        {
            return false;
        }

        result = cache.Matcher.Replace(regex, frame, a, c.Span);
        return true;
    }
}
