using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Returns a group of the first match of a Java pattern, 0 for all of it; NULL where there is none.</summary>
internal readonly struct RegexpExtract : IRowOp<Utf8, Utf8, int, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpExtract, Utf8, Utf8, int, Utf8>(
        "REGEXP_EXTRACT(s, pattern [, group])",
        "Returns a group of the first match of a Java pattern, 0 for all of it; NULL where there is none.",
        "REGEXP_EXTRACT('foothebar', 'foo(.*?)(bar)', 2) = 'bar'",
        Parameter.Text,
        Parameter.Text,
        Parameter.Integer.Or("0"),
        SqlType.String, canBeNull: true).WithState(static () => new RegexCache()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out Utf8 result)
    {
        result = default;
        var cache = Unsafe.As<RegexCache>(frame.State!);
        if (c < 0 || cache.Get(b.Span) is not { } regex || c > regex.Groups
            || !cache.Matcher.Find(regex, a.Span, c, out int start, out int length))
        {
            return false;
        }

        result = a.Slice(start, length);
        return true;
    }
}
