using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Matches text against one constant pattern without <c>_</c>.</summary>
internal sealed unsafe class LikeStep(int a, LikeShape shape) : RowStep
{
    protected override byte* Validity(Frame frame) => frame[a].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        if (shape is { First.Length: 0, Last.Length: 0, Middle: [var only] })
        {
            Contains(frame, mask, only);
            return;
        }

        ref Register x = ref frame[a];
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                Write(result, row, shape.Matches(frame.Text(x, row)));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Contains(Frame frame, ulong* mask, byte[] part)
    {
        ref Register x = ref frame[a];
        ulong* result = (ulong*)frame[Result].Data;
        for (int w = 0; w < 8; w++)
        {
            ulong found = 0;
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int bit = BitOperations.TrailingZeroCount(bits);
                Utf8 text = frame.Text(x, (w * 64) + bit);
                found |= (ByteSearch.IndexOf(text.Pointer, text.Length, part) >= 0 ? 1UL : 0) << bit;
            }

            result[w] = found;
        }
    }
}
