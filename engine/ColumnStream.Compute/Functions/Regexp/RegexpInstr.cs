using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Regexp;

/// <summary>Returns the 1-based place of the first match of a Java pattern, or 0; NULL for a wrong pattern.</summary>
internal readonly struct RegexpInstr : IRowOp<Utf8, Utf8, int>
{
    public static ScalarFunction Definition { get; } = Function.Row<RegexpInstr, Utf8, Utf8, int>(
        "REGEXP_INSTR(s, pattern)",
        "Returns the 1-based place of the first match of a Java pattern, or 0; NULL for a wrong pattern.",
        "REGEXP_INSTR('ab1', '\\d') = 3",
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

        result = cache.Matcher.Find(regex, a.Span, 0, out int start, out _) ? CodePoints.Count(a.Span[..start]) + 1 : 0;
        return true;
    }
}
