using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Draws a random identifier of version 4.</summary>
internal static class Uuid
{
    public static ScalarFunction Definition { get; } = new Function(
        "UUID",
        ["UUID()"],
        "Returns a random UUID of version 4.",
        "CHAR_LENGTH(UUID()) = 36",
        static arguments => arguments.IsEmpty ? new FunctionBinding([], SqlType.String.WithNullable(false)) : null,
        static (compiler, call, branch) => compiler.Emit(new UuidStep(), Layout.View, branch, call.Location))
        .With(Volatility.Volatile);
}

/// <summary>Draws one identifier a row from the random source that was passed in.</summary>
internal sealed unsafe class UuidStep : RowStep
{
    protected override byte* Validity(Frame frame) => null;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        Span<byte> bits = stackalloc byte[16];
        Span<byte> text = stackalloc byte[36];
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            frame.Options.Random.NextBytes(bits);
            bits[6] = (byte)((bits[6] & 0x0F) | 0x40);
            bits[8] = (byte)((bits[8] & 0x3F) | 0x80);
            int at = 0;
            for (int i = 0; i < 16; i++)
            {
                if (i is 4 or 6 or 8 or 10)
                {
                    text[at++] = (byte)'-';
                }

                text[at++] = "0123456789abcdef"u8[bits[i] >> 4];
                text[at++] = "0123456789abcdef"u8[bits[i] & 15];
            }

            Frame.Store(frame[Result], row, frame.Copy(text));
        }
    }
}
