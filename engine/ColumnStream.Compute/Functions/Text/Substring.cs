using System;
using System.Globalization;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns characters from a 1-based start, counted from the end when negative.</summary>
internal readonly struct Substring : IRowOp<Utf8, int, int, Utf8>
{
    private static readonly Parameter[] Parameters =
        [Parameter.Text, Parameter.Integer, Parameter.Integer.Or("2147483647")];

    public static ScalarFunction Definition { get; } = new Function(
        "SUBSTRING",
        ["SUBSTRING(s, start [, length])"],
        "Returns characters from a 1-based start, counted from the end when negative.",
        "SUBSTRING('hello', 2, 3) = 'ell'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, canBeNull: true),
        Compile).With("SUBSTR");

    public static bool Apply(Frame frame, Utf8 a, int b, int c, out Utf8 result)
    {
        result = default;
        if (c < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> span = a.Span;
        long first = b > 0 ? b - 1L : b == 0 ? 0 : CodePoints.Count(span) + (long)b;
        result = a.Slice(0, 0);
        if (first < 0)
        {
            return true;
        }

        int start = CodePoints.OffsetOf(span, (int)first, out _);
        result = a.Slice(start, CodePoints.OffsetOf(span[start..], c, out _));
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (Constant(call, 1) is > 0 and var start && Constant(call, 2) is >= 0 and var length)
        {
            int text = compiler.Compile(call.Arguments[0], branch);
            return compiler.Emit(new SubstringStep(text, start - 1, length), Layout.View, branch, call.Location);
        }

        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<Substring, Utf8, int, int, Utf8>(r[0], r[1], r[2]), Layout.View, branch, call.Location);
    }

    private static int? Constant(CallExpression call, int argument) =>
        argument == call.Arguments.Count ? int.MaxValue
        : call.Arguments[argument] is LiteralExpression { Value: { } text } ? int.Parse(text, CultureInfo.InvariantCulture)
        : null;
}
