using System;
using System.Buffers.Text;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Writes the bytes of a text in base 64, padded.</summary>
internal readonly struct ToBase64 : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<ToBase64, Utf8, Utf8>(
        "TO_BASE64(s)",
        "Writes the bytes of a text in base 64, padded.",
        "TO_BASE64('hello world') = 'aGVsbG8gd29ybGQ='",
        Parameter.TextOrBinary,
        SqlType.String);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        long room = (a.Length + 2L) / 3 * 4;
        byte* start = frame.Reserve(room + 16);
        Base64.EncodeToUtf8(a.Span, new Span<byte>(start, (int)room), out _, out int written);
        result = frame.Commit(written);
        return true;
    }
}
