using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Connectors.Formats.Values;

/// <summary>Finds where text ends and makes views of it, 32 bytes at a time, with a scalar twin for each.</summary>
internal static unsafe class TextScan
{
    /// <summary>Keeps the first bytes of a short text at their places in a view: 13 masks for 0 to 12 bytes.</summary>
    private static readonly Vector128<byte>[] Masks = MakeMasks();

    /// <summary>Finds the first quote, backslash or control byte; tells whether all bytes before it are ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Json(byte* p, out bool isAscii)
    {
        if (!VectorSwitch.Enabled)
        {
            return JsonScalar(p, out isAscii);
        }

        uint high = 0;
        while (true)
        {
            Vector256<byte> block = Vector256.Load(p);
            uint stops = (Vector256.Equals(block, Vector256.Create((byte)'"'))
                | Vector256.Equals(block, Vector256.Create((byte)'\\'))
                | Vector256.Equals(Vector256.Min(block, Vector256.Create((byte)0x1F)), block)).ExtractMostSignificantBits();
            uint top = block.ExtractMostSignificantBits();
            if (stops != 0)
            {
                int at = BitOperations.TrailingZeroCount(stops);
                isAscii = (high | (top & (stops ^ (stops - 1)))) == 0;
                return p + at;
            }

            high |= top;
            p += 32;
        }
    }

    /// <summary>Finds the first of three bytes or a line feed; tells whether all bytes before it are ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Any(byte* p, byte first, byte second, byte third, out bool isAscii)
    {
        if (!VectorSwitch.Enabled)
        {
            return AnyScalar(p, first, second, third, out isAscii);
        }

        uint high = 0;
        while (true)
        {
            Vector256<byte> block = Vector256.Load(p);
            uint stops = (Vector256.Equals(block, Vector256.Create(first)) | Vector256.Equals(block, Vector256.Create(second))
                | Vector256.Equals(block, Vector256.Create(third)) | Vector256.Equals(block, Vector256.Create((byte)'\n')))
                .ExtractMostSignificantBits();
            uint top = block.ExtractMostSignificantBits();
            if (stops != 0)
            {
                int at = BitOperations.TrailingZeroCount(stops);
                isAscii = (high | (top & (stops ^ (stops - 1)))) == 0;
                return p + at;
            }

            high |= top;
            p += 32;
        }
    }

    /// <summary>Makes a view of bytes of a block; 4 bytes before and 12 behind <paramref name="source"/> must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreShort(StringView* target, byte* source, int length)
    {
        Vector128<byte> mask = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Masks), length);
        Vector128<byte> bytes = Vector128.Load(source - 4) & mask;
        (bytes.AsInt32() | Vector128.CreateScalar(length)).Store((int*)target);
    }

    private static byte* JsonScalar(byte* p, out bool isAscii)
    {
        isAscii = true;
        for (; *p is >= 0x20 and not ((byte)'"' or (byte)'\\'); p++)
        {
            isAscii &= *p < 0x80;
        }

        return p;
    }

    private static byte* AnyScalar(byte* p, byte first, byte second, byte third, out bool isAscii)
    {
        isAscii = true;
        for (; *p != first && *p != second && *p != third && *p != '\n'; p++)
        {
            isAscii &= *p < 0x80;
        }

        return p;
    }

    private static Vector128<byte>[] MakeMasks()
    {
        var masks = new Vector128<byte>[StringView.InlineLength + 1];
        for (int length = 0; length < masks.Length; length++)
        {
            Vector128<byte> mask = default;
            for (int i = 0; i < length; i++)
            {
                mask = mask.WithElement(4 + i, (byte)0xFF);
            }

            masks[length] = mask;
        }

        return masks;
    }
}
