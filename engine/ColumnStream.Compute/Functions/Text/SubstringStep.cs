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
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                StringView* view = views + row;
                bool inline = view->IsInline;
                byte* text = inline ? (byte*)view + 4 : buffers[view->BufferIndex] + view->Offset;
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private StringView ByCharacters(Frame frame, int row)
    {
        Utf8 text = frame.Text(frame[a], row);
        int start = CodePoints.OffsetOf(text.Span, first, out _);
        Utf8 piece = text.Slice(start, CodePoints.OffsetOf(text.Span[start..], count, out _));
        return StringView.Create(piece.Pointer, piece.Length, piece.Buffer, piece.Offset);
    }
}
