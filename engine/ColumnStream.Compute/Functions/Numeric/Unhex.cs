using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Numeric;

/// <summary>Reads hexadecimal digits as bytes; NULL for other text. Of an odd number the first counts as a null byte.</summary>
internal readonly struct Unhex : IRowOp<Utf8, Utf8>
{
    public static ScalarFunction Definition { get; } = Function.Row<Unhex, Utf8, Utf8>(
        "UNHEX(s)",
        "Reads hexadecimal digits as bytes; NULL for other text. Of an odd number the first counts as a null byte.",
        "CAST(UNHEX('466C696E6B') AS STRING) = 'Flink'",
        Parameter.Text,
        SqlType.Bytes,
        canBeNull: true);

    public static unsafe bool Apply(Frame frame, Utf8 a, out Utf8 result)
    {
        result = default;
        ReadOnlySpan<byte> text = a.Span;
        int odd = text.Length & 1;
        int length = (text.Length + 1) / 2;
        var target = new Span<byte>(frame.Reserve(length + 16), length);
        if (odd != 0)
        {
            if (!char.IsAsciiHexDigit((char)text[0]))
            {
                return false;
            }

            target[0] = 0;
        }

        if (Convert.FromHexString(text[odd..], target[odd..], out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        result = frame.Commit(length);
        return true;
    }
}
