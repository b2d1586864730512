using System;
using System.Security.Cryptography;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA1 digest in lower-case hexadecimal.</summary>
internal readonly struct Sha1 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha1, Utf8, Utf8>(
        "SHA1(s)",
        "Returns the SHA1 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(SHA1('a')) = 40",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
