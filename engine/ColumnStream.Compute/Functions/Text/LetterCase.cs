using System;
using System.Buffers;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>
/// Changes the case of text: ASCII by bytes, all else by characters, whose length in bytes may change.
/// </summary>
internal static unsafe class LetterCase
{
    private static readonly Parameter[] Parameters = [Parameter.Text];

    /// <summary>Makes the function of one case.</summary>
    public static ScalarFunction Define(string name, string doc, string example, bool upper) => new Function(
        name,
        [$"{name}(s)"],
        doc,
        example,
        static arguments => Function.Bind(arguments, Parameters, SqlType.String, false),
        (compiler, call, branch) => compiler.Emit(
            new LetterCaseStep(compiler.Compile(call.Arguments[0], branch), upper), Layout.View, branch, call.Location));

    /// <summary>Converts one text.</summary>
    public static Utf8 Convert(Frame frame, Utf8 text, bool upper)
    {
        byte* room = frame.Reserve((text.Length * 3) + 16);
        var target = new Span<byte>(room, text.Length * 3);
        OperationStatus status = upper
            ? Ascii.ToUpper(text.Span, target, out int written) : Ascii.ToLower(text.Span, target, out written);
        return frame.Commit(status == OperationStatus.Done ? written : ByRunes(text.Span, target, upper));
    }

    private static int ByRunes(ReadOnlySpan<byte> text, Span<byte> target, bool upper)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int used);
            Rune changed = upper ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune);
            written += changed.EncodeToUtf8(target[written..]);
            text = text[used..];
        }

        return written;
    }
}
