using System;
using System.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Returns the character of a code; above 255 the code is taken modulo 256.</summary>
internal readonly struct Chr : IRowOp<long, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Chr, long, Utf8>(
        "CHR(n)",
        "Returns the character of a code; above 255 the code is taken modulo 256.",
        "CHR(97) = 'a'",
        Parameter.BigInt,
        SqlType.String);

    public static bool Apply(Frame frame, long a, out Utf8 result)
    {
        Span<byte> text = stackalloc byte[4];
        int length = a < 0 ? 0 : new Rune((int)(a & 0xFF)).EncodeToUtf8(text);
        result = frame.Copy(text[..length]);
        return true;
    }
}
