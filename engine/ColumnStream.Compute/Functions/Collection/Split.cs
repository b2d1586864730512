using System;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Splits text at a delimiter; an empty delimiter gives characters.</summary>
internal static class Split
{
    public static ScalarFunction Definition { get; } = new Function(
        "SPLIT",
        ["SPLIT(text, delimiter)"],
        "Splits text at a delimiter; an empty delimiter gives characters.",
        "SPLIT('a,b', ',') = ARRAY['a', 'b']",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && Parameter.Text.Accept(arguments[0]) is { } text
            && Parameter.Text.Accept(arguments[1]) is { } delimiter
            ? new FunctionBinding(
                [text, delimiter], SqlType.Array(SqlType.String).WithNullable(text.Nullable || delimiter.Nullable))
            : null;

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch) => CollectionTypes.Compile(
        compiler,
        call,
        branch,
        static r => new RowStep<SplitText, Utf8, Utf8, Utf8>(r[0], r[1]),
        new ArrayWriter(Layout.View));
}

/// <summary>Cuts a text at every delimiter.</summary>
internal readonly struct SplitText : IRowOp<Utf8, Utf8, Utf8>
{
    public static bool Apply(Frame frame, Utf8 a, Utf8 b, out Utf8 result)
    {
        var parts = Unsafe.As<ArrayWriter>(frame.State!);
        ReadOnlySpan<byte> rest = a.Span;
        if (b.Length == 0)
        {
            AddCharacters(rest, parts);
        }
        else
        {
            ReadOnlySpan<byte> delimiter = b.Span;
            for (int at = rest.IndexOf(delimiter); at >= 0; at = rest.IndexOf(delimiter))
            {
                parts.Add(rest[..at]);
                rest = rest[(at + delimiter.Length)..];
            }

            parts.Add(rest);
        }

        result = parts.Finish(frame);
        return true;
    }

    private static void AddCharacters(ReadOnlySpan<byte> text, ArrayWriter parts)
    {
        while (!text.IsEmpty)
        {
            int length = 1;
            while (length < text.Length && (text[length] & 0xC0) == 0x80)
            {
                length++;
            }

            parts.Add(text[..length]);
            text = text[length..];
        }
    }
}
