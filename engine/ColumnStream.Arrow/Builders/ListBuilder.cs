using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds list columns with 32-bit offsets.</summary>
public sealed class ListBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
    : OffsetListBuilder<int>(type, allocator, capacityRows)
{
    private protected override ArrayData Make(NativeBuffer offsets, ArrayData items, NativeBuffer? validity) =>
        new ListArray(Type, Length, offsets, items, validity);
}
