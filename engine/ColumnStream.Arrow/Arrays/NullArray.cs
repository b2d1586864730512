using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds a column of nothing but nulls; no buffers.</summary>
public sealed unsafe class NullArray(int length) : ArrayData(DataType.Null, length, null, null, 0)
{
    /// <inheritdoc/>
    public override int NullCount => Length;

    private protected override long PinnedValueBytes => 0;

    /// <inheritdoc/>
    public override bool IsNull(int index) => true;

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new NullArray(length);

    private protected override void ReleaseValues()
    {
    }
}
