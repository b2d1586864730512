using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds list columns with 64-bit offsets.</summary>
public sealed class LargeListBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
    : OffsetListBuilder<long>(type, allocator, capacityRows)
{
    private protected override ArrayData Make(NativeBuffer offsets, ArrayData items, NativeBuffer? validity) =>
        new LargeListArray(Type, Length, offsets, items, validity);
}
