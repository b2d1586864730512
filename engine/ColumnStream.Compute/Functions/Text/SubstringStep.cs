using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Cuts constant characters [first, first + count) out of each text: a new view, no byte is copied.</summary>
/// <remarks>Where the bytes up to the end of the piece are ASCII, as one vector tells, characters are bytes.</remarks>
internal sealed unsafe class SubstringStep(int a, int first, int count) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[a].Valid;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        byte** buffers = frame.Buffers + frame[a].BufferBase;
        int bufferBase = frame[a].BufferBase;
        StringView* views = (StringView*)frame[a].Data;
        StringView* results = (StringView*)frame[Result].Data;
        long behind = (long)first + count;
        int start = first;
        int most = Math.Min(count, StringView.InlineLength);
        Vector128<byte> textBytes = Vector128.Create(0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF).AsByte();
        Vector128<byte> move = Shift(start);
        Vector128<byte>* keep = stackalloc Vector128<byte>[StringView.InlineLength + 1];
        for (int length = 0; length <= StringView.InlineLength; length++)
        {
            keep[length] = Keep(length);
        }

        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                StringView* view = views + row;
                if (view->IsInline)
                {
                    Vector128<byte> bytes = Vector128.Load((byte*)view);
                    if ((bytes & textBytes).ExtractMostSignificantBits() == 0)
                    {
                        int length = Math.Clamp(view->Length - start, 0, most);
                        (Vector128.ShuffleNative(bytes, move) & keep[length]).AsInt32().WithElement(0, length)
                            .Store((int*)(results + row));
                        continue;
                    }
                }

                byte* text = view->IsInline ? (byte*)view + 4 : buffers[view->BufferIndex] + view->Offset;
                int end = (int)long.Min(behind, view->Length);
                if (end > 32 || (Vector256.Load(text).ExtractMostSignificantBits() & (uint)((1L << end) - 1)) != 0)
                {
                    results[row] = ByCharacters(frame, row);
                }
                else if (end <= start)
                {
                    results[row] = default;
                }
                else
                {
                    results[row] = StringView.Create(
                        text + start, end - start, view->BufferIndex + bufferBase, view->Offset + start);
                }
            }
        }
    }

    /// <summary>Returns indexes that move the bytes behind the length down by some; what comes from beyond is zero.</summary>
    private static Vector128<byte> Shift(int bytes)
    {
        byte* indexes = stackalloc byte[16];
        for (int i = 0; i < 16; i++)
        {
            indexes[i] = i < 4 || (long)i + bytes > 15 ? (byte)0xFF : (byte)(i + bytes);
        }

        return Vector128.Load(indexes);
    }

    /// <summary>Returns a mask of the first bytes behind the length.</summary>
    private static Vector128<byte> Keep(int length)
    {
        byte* mask = stackalloc byte[16];
        for (int i = 0; i < 16; i++)
        {
            mask[i] = i >= 4 && i < 4 + length ? (byte)0xFF : (byte)0;
        }

        return Vector128.Load(mask);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private StringView ByCharacters(Frame frame, int row)
    {
        Utf8 text = frame.Text(frame[a], row);
        int start = CodePoints.OffsetOf(text.Span, first, out _);
        Utf8 piece = text.Slice(start, CodePoints.OffsetOf(text.Span[start..], count, out _));
        return StringView.Create(piece.Pointer, piece.Length, piece.Buffer, piece.Offset);
    }
}
