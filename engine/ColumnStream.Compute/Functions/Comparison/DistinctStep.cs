using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>Turns equality and two validities into IS [NOT] DISTINCT FROM.</summary>
internal sealed unsafe class DistinctStep(int a, int b, int equal, bool distinct) : Step
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = null;
        byte* x = frame[a].Valid;
        byte* y = frame[b].Valid;
        for (int w = 0; w < 8; w++)
        {
            ulong left = x is null ? ulong.MaxValue : ((ulong*)x)[w];
            ulong right = y is null ? ulong.MaxValue : ((ulong*)y)[w];
            ulong same = (((ulong*)frame[equal].Data)[w] & left & right) | (~left & ~right);
            ((ulong*)result.Data)[w] = distinct ? ~same : same;
        }
    }
}
