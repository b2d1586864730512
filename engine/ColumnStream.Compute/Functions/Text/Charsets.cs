using System;
using System.Text;
using ColumnStream.Compute.Expressions;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Names the character sets of ENCODE and DECODE.</summary>
internal enum Charset : byte
{
    /// <summary>None of the six.</summary>
    Unknown,

    /// <summary>US-ASCII; what it lacks is a question mark.</summary>
    Ascii,

    /// <summary>ISO-8859-1; what it lacks is a question mark.</summary>
    Latin1,

    /// <summary>UTF-8.</summary>
    Utf8,

    /// <summary>UTF-16, big-endian.</summary>
    Utf16BE,

    /// <summary>UTF-16, little-endian.</summary>
    Utf16LE,

    /// <summary>UTF-16: big-endian with a mark when written, by its mark when read.</summary>
    Utf16,
}

/// <summary>Finds character sets by name, without regard to case.</summary>
internal static class Charsets
{
    public static Charset Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > 10)
        {
            return Charset.Unknown;
        }

        Span<byte> upper = stackalloc byte[16];
        Ascii.ToUpper(name, upper, out int length);
        ReadOnlySpan<byte> key = upper[..length];
        return key.SequenceEqual("UTF-8"u8) || key.SequenceEqual("UTF8"u8) ? Charset.Utf8
            : key.SequenceEqual("US-ASCII"u8) || key.SequenceEqual("ASCII"u8) ? Charset.Ascii
            : key.SequenceEqual("ISO-8859-1"u8) || key.SequenceEqual("LATIN1"u8) ? Charset.Latin1
            : key.SequenceEqual("UTF-16"u8) ? Charset.Utf16
            : key.SequenceEqual("UTF-16BE"u8) ? Charset.Utf16BE
            : key.SequenceEqual("UTF-16LE"u8) ? Charset.Utf16LE
            : Charset.Unknown;
    }

    /// <summary>Rejects a constant name that is none of the six.</summary>
    public static string? Check(CallExpression call) =>
        ConstantFolder.Constant(call.Arguments[1]) is { Value: { } name }
            && Find(Encoding.UTF8.GetBytes(name)) == Charset.Unknown
            ? $"Charset '{name}' is none of US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE, UTF-16." : null;
}
