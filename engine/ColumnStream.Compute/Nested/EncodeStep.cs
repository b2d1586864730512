using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Writes rows of a nested column into the arena as canonical bytes, where an operation wants values.</summary>
internal sealed unsafe class EncodeStep(int source, NestedEncoder encoder) : RowStep
{
    private readonly ByteWriter _bytes = new();

    protected override byte* Validity(Frame frame) => frame[source].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        ArrayData array = frame.Arrays[source]!;
        ref Register result = ref frame[Result];
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                _bytes.Clear();
                encoder.Encode(array, frame.FirstRow + row, _bytes);
                Frame.Store(result, row, frame.Copy(_bytes.Span));
            }
        }
    }
}
