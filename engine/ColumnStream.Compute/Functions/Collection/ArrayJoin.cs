using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Joins texts with a delimiter; NULLs are skipped unless something stands in for them.</summary>
internal static class ArrayJoin
{
    public static ScalarFunction Definition { get; } = new Function(
        "ARRAY_JOIN",
        ["ARRAY_JOIN(array, delimiter [, nullReplacement])"],
        "Joins texts with a delimiter; NULLs are skipped unless a replacement is given.",
        "ARRAY_JOIN(ARRAY['a', 'b'], '-') = 'a-b'",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length is not (2 or 3) || !CollectionTypes.IsArray(arguments[0])
            || !arguments[0].Element!.IsText || Parameter.Text.Accept(arguments[1]) is not { } delimiter)
        {
            return null;
        }

        bool nullable = arguments[0].Nullable || delimiter.Nullable;
        if (arguments.Length == 2)
        {
            return new FunctionBinding([arguments[0], delimiter], SqlType.String.WithNullable(nullable));
        }

        return Parameter.Text.Accept(arguments[2]) is { } replacement
            ? new FunctionBinding(
                [arguments[0], delimiter, replacement],
                SqlType.String.WithNullable(nullable || replacement.Nullable))
            : null;
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => CollectionTypes.Compile(
        compiler,
        call,
        branch,
        static r => r.Length == 2
            ? new RowStep<JoinTexts, Utf8, Utf8, Utf8>(r[0], r[1])
            : new RowStep<JoinTexts, Utf8, Utf8, Utf8, Utf8>(r[0], r[1], r[2]),
        new ByteWriter());
}

/// <summary>Joins the texts of an array.</summary>
internal readonly struct JoinTexts : IRowOp<Utf8, Utf8, Utf8>, IRowOp<Utf8, Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result) =>
        Join(frame, a, b, default, skipsNulls: true, out result);

    public static bool Apply(Frame frame, Utf8 a, Utf8 b, Utf8 c, out Utf8 result) =>
        Join(frame, a, b, c, skipsNulls: false, out result);

    private static bool Join(
        Frame frame, Utf8 a, Utf8 delimiter, Utf8 replacement, bool skipsNulls, out Utf8 result)
    {
        var text = Unsafe.As<ByteWriter>(frame.State!);
        text.Clear();
        var array = new ArrayValue(a, Layout.View);
        bool isFirst = true;
        for (int i = 0; i < array.Count; i++)
        {
            bool isNull = array.IsNull(i);
            if (isNull && skipsNulls)
            {
                continue;
            }

            if (!isFirst)
            {
                text.Add(delimiter.Span);
            }

            isFirst = false;
            text.Add(isNull ? replacement.Span : array.Text(i).Span);
        }

        result = frame.Copy(text.Span);
        return true;
    }
}
