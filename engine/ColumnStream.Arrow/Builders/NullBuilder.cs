using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Counts rows of a column of nothing but nulls.</summary>
public sealed class NullBuilder(BufferAllocator allocator) : ColumnBuilder(DataType.Null, allocator)
{
    /// <inheritdoc/>
    public override void AppendNull() => Length++;

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        var array = new NullArray(Length);
        Length = 0;
        return array;
    }
}
