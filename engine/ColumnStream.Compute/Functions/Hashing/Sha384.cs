using System;
using System.Security.Cryptography;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Hashing;

/// <summary>Returns the SHA384 digest in lower-case hexadecimal.</summary>
internal readonly struct Sha384 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Sha384, Utf8, Utf8>(
        "SHA384(s)",
        "Returns the SHA384 digest in lower-case hexadecimal.",
        "CHAR_LENGTH(SHA384('a')) = 96",
        Parameter.TextOrBinary,
        SqlType.String);

    public static bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        Span<byte> digest = stackalloc byte[SHA384.HashSizeInBytes];
        SHA384.HashData(a.Span, digest);
        result = HexText.Copy(frame, digest);
        return true;
    }
}
