using System;
using System.Security.Cryptography;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA256 digest in lower-case hexadecimal.</summary>
internal readonly struct Sha256 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha256, Utf8, Utf8>(
        "SHA256(s)",
        "Returns the SHA256 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(SHA256('a')) = 64",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
