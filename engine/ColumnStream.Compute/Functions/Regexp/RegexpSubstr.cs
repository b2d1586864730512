using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Returns the first match of a Java pattern; NULL where there is none, or the pattern is wrong.</summary>
internal readonly struct RegexpSubstr : IRowOp<Utf8, Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpSubstr, Utf8, Utf8, Utf8>(
        "REGEXP_SUBSTR(s, pattern)",
        "Returns the first match of a Java pattern; NULL where there is none, or the pattern is wrong.",
        "REGEXP_SUBSTR('ab12', '\\d+') = '12'",
        Parameter.Text,
        Parameter.Text,
        SqlType.String, canBeNull: true).WithState(static () => new RegexCache()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = default;
        var cache = Unsafe.As<RegexCache>(frame.State!);
        if (cache.Get(b.Span) is not { } regex || !cache.Matcher.Find(regex, a.Span, 0, out int start, out int length))
        {
            return false;
        }

        result = a.Slice(start, length);
        return true;
    }
}
