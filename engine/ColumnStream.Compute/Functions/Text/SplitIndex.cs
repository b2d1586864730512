using System;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the 0-based piece between separators; NULL when there is none. An empty separator is any white space.</summary>
internal readonly struct SplitIndex : IRowOp<Utf8, Utf8, int, Utf8>, IRowOp<Utf8, int, int, Utf8>
{
    private static readonly Parameter[] ByText = [Parameter.Text, Parameter.Text, Parameter.Integer];
    private static readonly Parameter[] ByCode = [Parameter.Text, Parameter.Integer, Parameter.Integer];

    public static ScalarFunction Definition { get; } = new Function(
        "SPLIT_INDEX",
        ["SPLIT_INDEX(s, separator, index)", "SPLIT_INDEX(s, code of separator, index)"],
        "Returns the 0-based piece between separators, given as text or as the code of a character; NULL when there is none.",
        "SPLIT_INDEX('a,b,c', ',', 1) = 'b'",
        static arguments => Function.Bind(arguments, IsByCode(arguments) ? ByCode : ByText, SqlType.String, canBeNull: true),
        Compile);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, int c, out Utf8 result)
    {
        result = default;
        if (c < 0 || a.Length == 0)
        {
            return false;
        }

        ReadOnlySpan<byte> span = a.Span;
        int start = 0;
        for (int piece = 0; ; piece++)
        {
            int width = b.Length;
            int at = width == 0 ? WhiteSpace(span[start..], out width) : span[start..].IndexOf(b.Span);
            if (piece == c)
            {
                result = a.Slice(start, at < 0 ? span.Length - start : at);
                return true;
            }

            if (at < 0)
            {
                return false;
            }

            start += at + width;
        }
    }

    public static unsafe bool Apply(Frame frame, Utf8 a, int b, int c, out Utf8 result)
    {
        result = default;
        if (b is < 1 or > 255)
        {
            return false;
        }

        byte* separator = stackalloc byte[16];
        int length = new Rune(b).EncodeToUtf8(new Span<byte>(separator, 4));
        return Apply(frame, a, new Utf8(separator, length, -1, 0), c, out result);
    }

    private static bool IsByCode(ReadOnlySpan<SqlType> arguments) => arguments.Length == 3 && arguments[1].IsInteger;

    private static int WhiteSpace(ReadOnlySpan<byte> text, out int width)
    {
        for (int at = 0; at < text.Length; at += width)
        {
            Rune.DecodeFromUtf8(text[at..], out Rune rune, out width);
            if (Rune.IsWhiteSpace(rune) ? rune.Value is not (0x85 or 0xA0 or 0x2007 or 0x202F) : rune.Value is >= 0x1C and <= 0x1F)
            {
                return at;
            }
        }

        width = 0;
        return -1;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        if (call.Arguments[1] is LiteralExpression { Value: [< '\u0080' and var separator], Type.IsText: true }
            && call.Arguments[2] is LiteralExpression { Value: { } index }
            && int.Parse(index, CultureInfo.InvariantCulture) is >= 0 and < 64 and var piece)
        {
            int text = compiler.Compile(call.Arguments[0], branch);
            return compiler.Emit(new SplitByteStep(text, (byte)separator, piece), Layout.View, branch, call.Location);
        }

        bool isByCode = call.Arguments[1].Type.IsInteger;
        int[] a = Function.Arguments(compiler, call, branch, isByCode ? ByCode : ByText);
        RowStep step = isByCode
            ? new RowStep<SplitIndex, Utf8, int, int, Utf8>(a[0], a[1], a[2])
            : new RowStep<SplitIndex, Utf8, Utf8, int, Utf8>(a[0], a[1], a[2]);
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}
