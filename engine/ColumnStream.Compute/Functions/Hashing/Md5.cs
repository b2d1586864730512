using System;
using System.Security.Cryptography;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the MD5 digest in lower-case hexadecimal.</summary>
internal readonly struct Md5 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Md5, Utf8, Utf8>(
        "MD5(s)",
        "Returns the MD5 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(MD5('a')) = 32",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
