using System;
using System.Security.Cryptography;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA512 digest in lower-case hexadecimal.</summary>
internal readonly struct Sha512 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha512, Utf8, Utf8>(
        "SHA512(s)",
        "Returns the SHA512 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(SHA512('a')) = 128",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        SHA512.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
