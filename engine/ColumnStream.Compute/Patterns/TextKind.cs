using System;
using System.Text;

namespace ColumnStream.Compute.Patterns;

/// <summary>Names the kinds of text that a pattern is translated for; the simpler, the faster.</summary>
internal enum TextKind : byte
{
    /// <summary>ASCII without line terminators.</summary>
    Plain,

    /// <summary>No pairs of surrogates in UTF-16.</summary>
    Basic,

    /// <summary>Anything.</summary>
    Full,
}

/// <summary>Finds the kind of a text.</summary>
internal static class TextKinds
{
    public static TextKind Of(ReadOnlySpan<byte> utf8) =>
        Ascii.IsValid(utf8) ? (utf8.IndexOfAny((byte)'\n', (byte)'\r') < 0 ? TextKind.Plain : TextKind.Basic)
        : utf8.IndexOfAnyInRange((byte)0xF0, (byte)0xFF) < 0 ? TextKind.Basic : TextKind.Full;
}
