using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns a part of a URL, or one value of its query; NULL for what is no URL.</summary>
internal readonly struct ParseUrl : IRowOp<Utf8, Utf8, Utf8>, IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    private static readonly Parameter[] Two = [Parameter.Text, Parameter.Text];
    private static readonly Parameter[] Three = [Parameter.Text, Parameter.Text, Parameter.Text];

    public static ScalarFunction Definition { get; } = new Function(
        "PARSE_URL",
        ["PARSE_URL(url, part [, key])"],
        "Returns HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE or USERINFO of a URL, or one value of its QUERY.",
        "PARSE_URL('http://a.org/p?k=v', 'QUERY', 'k') = 'v'",
        static arguments => Function.Bind(arguments, arguments.Length == 3 ? Three : Two, SqlType.String, canBeNull: true),
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        result = default;
        return UrlParts.TryParse(a, out UrlParts url) && url.TryGet(frame, b.Span, out result);
    }

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result)
    {
        result = default;
        if (!b.Span.SequenceEqual("QUERY"u8) || !Apply(frame, a, b, out Utf8 query))
        {
            return false;
        }

        ReadOnlySpan<byte> text = query.Span;
        for (int start = 0; start <= text.Length;)
        {
            int length = text[start..].IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = length < 0 ? text[start..] : text.Slice(start, length);
            if (pair.Length > c.Length && pair.StartsWith(c.Span) && pair[c.Length] == '=')
            {
                result = query.Slice(start + c.Length + 1, pair.Length - c.Length - 1);
                return true;
            }

            start += pair.Length + 1;
        }

        return false;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] a = Function.Arguments(compiler, call, branch, call.Arguments.Count == 3 ? Three : Two);
        RowStep step = a.Length == 3
            ? new RowStep<ParseUrl, Utf8, Utf8, Utf8, Utf8>(a[0], a[1], a[2])
            : new RowStep<ParseUrl, Utf8, Utf8, Utf8>(a[0], a[1]);
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
