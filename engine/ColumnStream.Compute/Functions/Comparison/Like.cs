using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Matches text against a pattern of <c>%</c> and <c>_</c>.</summary>
internal readonly struct Like : IRowOp<Utf8, Utf8, Utf8, bool>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text, Parameter.Text.Or("\\")];

    public static ScalarFunction Definition { get; } = new Function(
        "LIKE",
        ["LIKE(s, pattern [, escape])"],
        "Tells whether text matches a pattern: % is any text, _ is one character.",
        "'abc' LIKE 'a%'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.Boolean, false),
        Compile);

    public static bool Apply(Frame frame, Utf8 text, Utf8 pattern, Utf8 escape, out bool result)
    {
        result = Matches(text.Span, pattern.Span, escape.Length == 1 ? escape[0] : -1);
        return true;
    }

    /// <summary>Matches without backtracking further than the last <c>%</c>.</summary>
    internal static bool Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, int escape)
    {
        int t = 0;
        int p = 0;
        int starPattern = -1;
        int starText = 0;
        ReadOnlySpan<byte> run = default;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '%')
            {
                starPattern = ++p;
                starText = t;
                if (p == pattern.Length)
                {
                    return true;
                }

                run = LiteralRun(pattern[p..], escape);
                if (!Skip(text, run, ref starText))
                {
                    return false;
                }

                t = starText;
                continue;
            }

            if (p < pattern.Length && Step(text, pattern, escape, ref t, ref p))
            {
                continue;
            }

            if (starPattern < 0)
            {
                return false;
            }

            starText += CodePoints.LengthAt(text, starText);
            if (!Skip(text, run, ref starText))
            {
                return false;
            }

            t = starText;
            p = starPattern;
        }

        while (p < pattern.Length && pattern[p] == '%')
        {
            p++;
        }

        return p == pattern.Length;
    }

    /// <summary>Returns the bytes before the first byte of a pattern that is no plain letter.</summary>
    private static ReadOnlySpan<byte> LiteralRun(ReadOnlySpan<byte> pattern, int escape)
    {
        int length = 0;
        while (length < pattern.Length && pattern[length] is not ((byte)'%' or (byte)'_') && pattern[length] != escape)
        {
            length++;
        }

        return pattern[..length];
    }

    /// <summary>Moves to the next place where a run of plain letters stands; false when there is none.</summary>
    private static bool Skip(ReadOnlySpan<byte> text, ReadOnlySpan<byte> run, ref int at)
    {
        int found = run.IsEmpty ? 0 : text[at..].IndexOf(run);
        at += found;
        return found >= 0;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Arguments[1] is LiteralExpression { Value: { } pattern }
            && Escape(call) is { } escape
            && LikeShape.TryCreate(Encoding.UTF8.GetBytes(pattern), escape) is { } shape)
        {
            int text = compiler.Compile(call.Arguments[0], branch);
            return compiler.Emit(new LikeStep(text, shape), Layout.Bit, branch, call.Location);
        }

        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<Like, Utf8, Utf8, Utf8, bool>(r[0], r[1], r[2]), Layout.Bit, branch, call.Location);
    }

    /// <summary>Returns the constant escape byte, -1 for none; null when it is no constant of one byte.</summary>
    private static int? Escape(CallExpression call) =>
        call.Arguments.Count < 3 ? '\\'
        : call.Arguments[2] is not LiteralExpression { Value: { } text } ? null
        : text.Length == 0 ? -1
        : text.Length == 1 && text[0] < 0x80 ? text[0] : null;

    private static bool Step(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern, int escape, ref int t, ref int p)
    {
        if (pattern[p] == '_')
        {
            t += CodePoints.LengthAt(text, t);
            p++;
            return true;
        }

        int literal = pattern[p] == escape && p + 1 < pattern.Length ? p + 1 : p;
        if (text[t] != pattern[literal])
        {
            return false;
        }

        t++;
        p = literal + 1;
        return true;
    }
}
