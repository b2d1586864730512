using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>
/// Holds text or bytes as 16-byte views: the engine's own layout, so that filters never touch the bytes.
/// </summary>
/// <remarks>Views under null are all zero or point into a buffer: following them is always safe.</remarks>
public sealed unsafe class ViewArray : ArrayData
{
    private readonly NativeBuffer _views;

    /// <summary>Takes over the buffers; <paramref name="data"/> may be empty when all values are inline.</summary>
    public ViewArray(
        DataType type, int length, NativeBuffer views, NativeBuffer[] data, NativeBuffer? validity, int nullCount = -1)
        : this(
            type,
            length,
            views,
            (StringView*)views.Pointer,
            data,
            validity,
            validity is null ? null : validity.Pointer,
            nullCount)
    {
    }

    /// <summary>Takes over the buffers; views and bits begin at the given addresses inside them.</summary>
    public ViewArray(
        DataType type,
        int length,
        NativeBuffer views,
        StringView* pointer,
        NativeBuffer[] data,
        NativeBuffer? validity,
        byte* validityBits,
        int nullCount = -1)
        : base(type, length, validity, validityBits, nullCount)
    {
        _views = views;
        Pointer = pointer;
        Data = data;
    }

    /// <summary>Gets the view of row 0.</summary>
    public StringView* Pointer { get; }

    /// <summary>Gets the buffer that keeps <see cref="Pointer"/> alive.</summary>
    public NativeBuffer ViewsBuffer => _views;

    /// <summary>Gets the data buffers that long views name; read-only.</summary>
    public NativeBuffer[] Data { get; }

    /// <summary>Gets the views.</summary>
    public ReadOnlySpan<StringView> Views => new(Pointer, Length);

    private protected override long PinnedValueBytes
    {
        get
        {
            long bytes = _views.Capacity;
            foreach (NativeBuffer data in Data)
            {
                bytes += data.Capacity;
            }

            return bytes;
        }
    }

    /// <summary>Gets the bytes of row <paramref name="index"/>; valid while this array lives.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => Bytes(Pointer + index);

    /// <summary>Gets the bytes of a view that stands in native memory and belongs to this array's buffers.</summary>
    public ReadOnlySpan<byte> Bytes(StringView* view) => view->Length <= StringView.InlineLength
        ? new ReadOnlySpan<byte>((byte*)view + 4, view->Length)
        : new ReadOnlySpan<byte>(Data[view->BufferIndex].Pointer + view->Offset, view->Length);

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator)
    {
        foreach (NativeBuffer data in Data)
        {
            data.Retain();
        }

        return new ViewArray(Type, length, _views.Retain(), Pointer + offset, Data, validity, validityBits);
    }

    private protected override void ReleaseValues()
    {
        _views.Release();
        foreach (NativeBuffer data in Data)
        {
            data.Release();
        }
    }
}
