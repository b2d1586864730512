using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Tests text or bytes for equality: length and prefix as one word, the rest as another, long values last.</summary>
internal sealed unsafe class TextEqualStep(int a, int b, bool negate) : Step
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Frame frame)
    {
        ref Register x = ref frame[a];
        ref Register y = ref frame[b];
        ref Register result = ref frame[Result];
        result.Valid = frame.And(Result, x.Valid, y.Valid);
        StringView* left = (StringView*)x.Data;
        StringView* right = (StringView*)y.Data;
        ulong flip = negate ? ulong.MaxValue : 0;
        for (int row = 0; row < frame.Rows; row += 64)
        {
            ulong bits = 0;
            int end = int.Min(64, frame.Rows - row);
            for (int i = 0; i < end; i++)
            {
                if (left[i].Low == right[i].Low
                    && (left[i].IsInline ? left[i].High == right[i].High : LongEqual(frame, x, y, row + i)))
                {
                    bits |= 1UL << i;
                }
            }

            ((ulong*)result.Data)[row >> 6] = bits ^ flip;
            left += 64;
            right += 64;
        }
    }

    private static bool LongEqual(Frame frame, in Register x, in Register y, int row) =>
        System.MemoryExtensions.SequenceEqual(frame.Text(x, row).Span, frame.Text(y, row).Span);
}
