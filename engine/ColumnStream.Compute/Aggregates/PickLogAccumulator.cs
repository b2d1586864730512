using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Gives the first or last of the values that stand: for FIRST_VALUE and LAST_VALUE where rows are taken back.</summary>
/// <param name="type">Type of argument and result.</param>
/// <param name="takesNulls">Whether NULLs are values.</param>
/// <param name="last">Whether it is LAST_VALUE.</param>
internal sealed unsafe class PickLogAccumulator(DataType type, bool takesNulls, bool last) : LogAccumulator(type, takesNulls)
{
    private readonly DataType _type = type;

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using ColumnBuilder builder = ColumnBuilder.Create(_type, allocator, count);
        for (int i = 0; i < count; i++)
        {
            if (Log.TryPick(rows[i] + Offset, last, out LogEntry entry))
            {
                ArgumentValues.Append(builder, entry);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Finish();
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right)
    {
        bool any = Log.TryPick(left + Offset, last, out LogEntry a);
        return Log.TryPick(right + Offset, last, out LogEntry b) == any && (!any || a.Same(b));
    }
}
