using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Tells whether some part of a text matches a Java pattern; the empty pattern and a wrong one match nothing.</summary>
internal readonly struct RegexpFunction : IRowOp<Utf8, Utf8, bool>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpFunction, Utf8, Utf8, bool>(
        "REGEXP(s, pattern)",
        "Tells whether some part of a text matches a Java pattern; the empty pattern and a wrong one match nothing.",
        "REGEXP('100-200', '(\\d+)')",
        Parameter.Text,
        Parameter.Text,
        SqlType.Boolean).WithState(static () => new RegexCache()).With(RegexCache.Check);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out bool result)
    {
        result = default;
        var cache = Unsafe.As<RegexCache>(frame.State!);
        result = b.Length > 0 && cache.Get(b.Span) is { } regex && cache.Matcher.IsMatch(regex, a.Span);
        return true;
    }
}
