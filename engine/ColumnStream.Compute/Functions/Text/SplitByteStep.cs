using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Cuts the piece of a constant number between separators of one byte; NULL where there is none.</summary>
/// <remarks>The first 64 bytes become a bitmap of separators; what lies behind is looked for piece by piece.</remarks>
internal sealed unsafe class SplitByteStep(int a, byte separator, int index) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[a].Valid;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        byte** buffers = frame.Buffers + frame[a].BufferBase;
        int bufferBase = frame[a].BufferBase;
        StringView* views = (StringView*)frame[a].Data;
        StringView* results = (StringView*)frame[Result].Data;
        Vector256<byte> wanted = Vector256.Create(separator);
        int skip = index;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                StringView* view = views + row;
                int length = view->Length;
                byte* text = view->IsInline ? (byte*)view + 4 : buffers[view->BufferIndex] + view->Offset;
                ulong places = Vector256.Equals(Vector256.Load(text), wanted).ExtractMostSignificantBits();
                if (length > 32)
                {
                    places |= (ulong)Vector256.Equals(Vector256.Load(text + 32), wanted).ExtractMostSignificantBits() << 32;
                }

                places &= length < 64 ? (1UL << length) - 1 : ulong.MaxValue;
                int start = 0;
                for (int piece = 0; piece < skip; piece++)
                {
                    start = places == 0 ? -1 : BitOperations.TrailingZeroCount(places) + 1;
                    places &= places - 1;
                }

                // No piece so far right, or the empty text, which has none; or it may lie behind the bitmap.
                if ((start | (length - 1)) < 0 || (places == 0 && length > 64))
                {
                    Far(frame, row, length);
                    continue;
                }

                int end = places == 0 ? length : BitOperations.TrailingZeroCount(places);
                results[row] = StringView.Create(
                    text + start, end - start, view->BufferIndex + bufferBase, view->Offset + start);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Far(Frame frame, int row, int length)
    {
        Utf8 text = frame.Text(frame[a], row);
        int start = 0;
        for (int piece = 0; length > 64; piece++)
        {
            int at = text.Span[start..].IndexOf(separator);
            if (piece == index)
            {
                Write(frame[Result], row, text.Slice(start, at < 0 ? text.Length - start : at));
                return;
            }

            if (at < 0)
            {
                break;
            }

            start += at + 1;
        }

        Missing(frame, row);
    }
}
