using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns with 32-bit offsets, the layout of files and clients.</summary>
public sealed class BinaryBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
    : OffsetBinaryBuilder<int>(type, allocator, capacityRows)
{
    private protected override ArrayData Make(NativeBuffer offsets, NativeBuffer data, NativeBuffer? validity) =>
        new BinaryArray(Type, Length, offsets, data, validity);
}
