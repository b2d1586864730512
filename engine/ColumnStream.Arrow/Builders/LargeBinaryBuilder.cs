using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns with 64-bit offsets.</summary>
public sealed class LargeBinaryBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
    : OffsetBinaryBuilder<long>(type, allocator, capacityRows)
{
    private protected override ArrayData Make(NativeBuffer offsets, NativeBuffer data, NativeBuffer? validity) =>
        new LargeBinaryArray(Type, Length, offsets, data, validity);
}
