using System;
using System.Globalization;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 0-based piece between separators; NULL when there is none.</summary>
internal readonly struct SplitIndex : IRowOp<Utf8, Utf8, int, Utf8>
{
    private static readonly Parameter[] Parameters = [Parameter.Text, Parameter.Text, Parameter.Integer];

    public static ScalarFunction Definition { get; } = new Function(
        "SPLIT_INDEX",
        ["SPLIT_INDEX(s, separator, index)"],
        "Returns the 0-based piece between separators; NULL when there is none.",
        "SPLIT_INDEX('a,b,c', ',', 1) = 'b'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, canBeNull: true),
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out Utf8 result)
    {
        result = default;
        if (c < 0 || b.Length == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> span = a.Span;
        int start = 0;
        for (int piece = 0; ; piece++)
        {
            int at = span[start..].IndexOf(b.Span);
            if (piece == c)
            {
                result = a.Slice(start, at < 0 ? span.Length - start : at);
                return true;
            }

            if (at < 0)
            {
                return false;
            }

            start += at + b.Length;
        }
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Arguments[1] is LiteralExpression { Value: [< '\u0080' and var separator] }
            && call.Arguments[2] is LiteralExpression { Value: { } index }
            && int.Parse(index, CultureInfo.InvariantCulture) is >= 0 and < 64 and var piece)
        {
            int text = compiler.Compile(call.Arguments[0], branch);
            return compiler.Emit(new SplitByteStep(text, (byte)separator, piece), Layout.View, branch, call.Location);
        }

        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return compiler.Emit(
            new RowStep<SplitIndex, Utf8, Utf8, int, Utf8>(r[0], r[1], r[2]), Layout.View, branch, call.Location);
    }
}
