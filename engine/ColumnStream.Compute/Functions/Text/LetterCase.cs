using System;
using System.Buffers;
using System.Globalization;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>
/// Changes the case of text: ASCII by bytes, all else by characters, whose length in bytes may change.
/// </summary>
internal static unsafe class LetterCase
{
    private const int CapitalDottedI = 0x130;
    private const int CapitalSigma = 0x3A3;
    private static readonly Rune FinalSigma = new(0x3C2);

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

    // No mapping is more than three times as long in bytes.
    private static int ByRunes(ReadOnlySpan<byte> text, Span<byte> target, bool upper)
    {
        int written = 0;
        for (int at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf8(text[at..], out Rune rune, out int used);
            if (upper && SpecialCasing.Upper(rune.Value) is { } special)
            {
                written += Encoding.UTF8.GetBytes(special, target[written..]);
            }
            else if (!upper && rune.Value == CapitalDottedI)
            {
                "i\u0307"u8.CopyTo(target[written..]);
                written += 3;
            }
            else
            {
                Rune changed = upper ? Rune.ToUpperInvariant(rune)
                    : rune.Value == CapitalSigma && IsFinal(text, at, at + used) ? FinalSigma
                    : Rune.ToLowerInvariant(rune);
                written += changed.EncodeToUtf8(target[written..]);
            }

            at += used;
        }

        return written;
    }

    /// <summary>Tells whether a sigma ends its word: a letter with case stands before it and none behind.</summary>
    private static bool IsFinal(ReadOnlySpan<byte> text, int start, int end)
    {
        bool isFinal = false;
        for (ReadOnlySpan<byte> before = text[..start]; !before.IsEmpty;)
        {
            Rune.DecodeLastFromUtf8(before, out Rune rune, out int used);
            if (!IsCaseIgnorable(rune))
            {
                isFinal = IsCased(rune);
                break;
            }

            before = before[..^used];
        }

        while (isFinal && end < text.Length)
        {
            Rune.DecodeFromUtf8(text[end..], out Rune rune, out int used);
            if (!IsCaseIgnorable(rune))
            {
                return !IsCased(rune);
            }

            end += used;
        }

        return isFinal;
    }

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(Rune rune) =>
        rune.Value is '\'' or '.' or '-' or ':' or '\u2010' or '\u00B7' or '\u2019'
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
