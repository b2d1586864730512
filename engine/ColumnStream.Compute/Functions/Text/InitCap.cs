using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Turns the first letter of each word to upper case and the others to lower.</summary>
internal readonly struct InitCap : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<InitCap, Utf8, Utf8>(
        "INITCAP(s)",
        "Turns the first letter of each word to upper case and the others to lower.",
        "INITCAP('hello WORLD') = 'Hello World'",
        Parameter.Text,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> target = new(frame.Reserve((a.Length * 3) + 16), a.Length * 3);
        ReadOnlySpan<byte> text = a.Span;
        int written = 0;
        bool inWord = false;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int used);
            Rune changed = inWord ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune);
            inWord = Rune.IsLetterOrDigit(rune);
            written += changed.EncodeToUtf8(target[written..]);
            text = text[used..];
        }

        result = frame.Commit(written);
        return true;
    }
}
