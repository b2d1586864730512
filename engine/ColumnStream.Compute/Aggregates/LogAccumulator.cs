using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Keeps the values of a group in order, so that any of them can be taken back; the result is made of them.</summary>
/// <param name="argument">Type of the values.</param>
/// <param name="takesNulls">Whether NULLs are values.</param>
internal abstract unsafe class LogAccumulator(DataType argument, bool takesNulls) : Accumulator
{
    private readonly ValueLog _other = new();

    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Bytes, CellType.Int64, CellType.Int64];

    /// <inheritdoc/>
    public override bool TakesNulls => takesNulls;

    /// <inheritdoc/>
    public override bool IsOrdered => true;

    /// <summary>Gets what reads and writes logs.</summary>
    protected ValueLog Log { get; } = new();

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[ArgumentValues.ScratchWords];
        var values = new ArgumentValues(argument!, start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            int sign = signs is null ? 1 : signs[i];
            if (sign == 0)
            {
                continue;
            }

            bool isNull = takesNulls && values.IsNull(i);
            byte* value = values.Get(i, out int length);
            Log.Append(rows[i] + Offset, value, isNull ? 0 : length, isNull, sign < 0, heap);
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            Log.Merge(targets[i] + Offset, sources[i] + Offset, heap);
        }
    }

    /// <inheritdoc/>
    public override void Offer(byte* row, byte* value, TextHeap heap)
    {
        byte* bytes = ArgumentValues.FromKey(argument, value, out int length);
        Log.Append(row + Offset, bytes, length, isNull: false, takesBack: false, heap);
    }

    /// <inheritdoc/>
    public override void OfferNull(byte* row, TextHeap heap) =>
        Log.Append(row + Offset, null, 0, isNull: true, takesBack: false, heap);

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        var a = (StringView*)(left + Offset);
        var b = (StringView*)(right + Offset);
        if (*a == *b)
        {
            return true;
        }

        Log.Read(left + Offset);
        _other.Read(right + Offset);
        bool same = Log.Count == _other.Count;
        for (int i = 0; same && i < Log.Count; i++)
        {
            same = Log.Entries[i].Same(_other.Entries[i]);
        }

        return same;
    }
}
