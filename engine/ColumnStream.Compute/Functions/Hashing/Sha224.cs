using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA-224 digest in lower-case hexadecimal.</summary>
internal readonly struct Sha224 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha224, Utf8, Utf8>(
        "SHA224(s)",
        "Returns the SHA-224 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(SHA224('a')) = 56",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[Sha224Digest.SizeInBytes];
        Sha224Digest.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
