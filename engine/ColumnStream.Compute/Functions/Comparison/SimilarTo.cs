using System;
using System.Runtime.CompilerServices;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Patterns;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Matches whole texts against a pattern of the SQL standard: % and _ and the operators of regular expressions.</summary>
internal readonly struct SimilarTo : IRowOp<Utf8, Utf8, Utf8, bool>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text, Parameter.Text.Or("")];

    public static ScalarFunction Definition { get; } = new Function(
        "SIMILAR TO",
        ["s SIMILAR TO pattern [ESCAPE c]"],
        "Tells whether a text matches a pattern: % is any text, _ is one character, ( | ) * + ? { } [ ] as in regular expressions.",
        "'abc' SIMILAR TO '(a|x)b_'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.Boolean, false),
        Compile).With(Check);

    public static bool Apply(Frame frame, Utf8 text, Utf8 pattern, Utf8 escape, out bool result)
    {
        var patterns = Unsafe.As<SimilarPatterns>(frame.State!);
        result = patterns.Get(pattern.Span, escape.Span) is { } regex && patterns.Matcher.IsMatch(regex, text.Span);
        return patterns.Problem is null;
    }

    private static string? Check(CallExpression call)
    {
        string? escape = call.Arguments.Count > 2 ? ConstantFolder.Constant(call.Arguments[2])?.Value : string.Empty;
        if (ConstantFolder.Constant(call.Arguments[1])?.Value is not { } pattern || escape is null)
        {
            return null;
        }

        var patterns = new SimilarPatterns();
        patterns.Get(Encoding.UTF8.GetBytes(pattern), Encoding.UTF8.GetBytes(escape));
        return patterns.Problem;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<SimilarTo, Utf8, Utf8, Utf8, bool>(r[0], r[1], r[2])
            {
                State = new SimilarPatterns(),
                FailMessage = "Pattern of SIMILAR TO is wrong.",
            },
            Layout.Bit,
            branch,
            call.Location);
    }
}

/// <summary>Remembers the last pattern of a step.</summary>
internal sealed class SimilarPatterns
{
    private byte[]? _pattern;
    private byte[] _escape = [];
    private JavaRegex? _regex;

    public RegexMatcher Matcher { get; } = new();

    /// <summary>Gets what is wrong with the last pattern, or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Returns the matcher of a pattern; null when the pattern is wrong.</summary>
    public JavaRegex? Get(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> escape)
    {
        if (_pattern is not null && pattern.SequenceEqual(_pattern) && escape.SequenceEqual(_escape))
        {
            return _regex;
        }

        _pattern = pattern.ToArray();
        _escape = escape.ToArray();
        _regex = null;
        Problem = null;
        string mark = Encoding.UTF8.GetString(escape);
        if (mark.Length > 1)
        {
            Problem = "The escape is one character.";
            return null;
        }

        try
        {
            _regex = SqlSimilarTo.Create(Encoding.UTF8.GetString(pattern), mark.Length == 0 ? null : mark[0]);
        }
        catch (JavaPatternException error)
        {
            Problem = error.Message;
        }

        return _regex;
    }
}
