using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Formats a point in time by a Java pattern.</summary>
internal readonly struct DateFormat : IRowOp<long, Utf8, Utf8>
{
    private static readonly Parameter[] Parameters = [Parameter.Local, Parameter.Text];

    public static ScalarFunction Definition { get; } = new Function(
        "DATE_FORMAT",
        ["DATE_FORMAT(time, pattern)"],
        "Formats a point in time by a pattern such as yyyy-MM-dd HH:mm:ss.",
        "DATE_FORMAT(TIMESTAMP '2024-05-06 07:08:09', 'yyyy/MM/dd') = '2024/05/06'",
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, true),
        Compile);

    public static bool Apply(Frame frame, long a, Utf8 b, out Utf8 result)
    {
        result = default;
        DatePattern? pattern = Unsafe.As<PatternCache>(frame.State!).Get(b.Span);
        if (pattern is null || b.Length > 64)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[1024];
        result = frame.Copy(text[..pattern.Format(a, text)]);
        return true;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        int[] r = Function.Arguments(compiler, call, branch, Parameters);
        return PatternCache.Compile(compiler, call, branch, new RowStep<DateFormat, long, Utf8, Utf8>(r[0], r[1]),
            Layout.View);
    }
}
