using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns with 32-bit offsets, the layout of files and clients.</summary>
public sealed unsafe class BinaryBuilder : ColumnBuilder
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;
    private NativeBuffer? _data;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public BinaryBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator) => _initialCapacity = Math.Max(1, capacityRows);

    private int* Offsets => (int*)_offsets!.Pointer;

    /// <summary>Appends a copy of <paramref name="value"/>.</summary>
    /// <exception cref="OverflowException">The column would exceed 2 GiB.</exception>
    public void Append(ReadOnlySpan<byte> value)
    {
        Reserve();
        int start = Offsets[Length];
        int end = checked(start + value.Length);
        _data = Grow(_data, start, Math.Max(end, 1024));
        value.CopyTo(new Span<byte>(_data.Pointer + start, value.Length));
        AppendValidity(valid: true);
        Offsets[++Length] = end;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve();
        AppendValidity(valid: false);
        Offsets[Length + 1] = Offsets[Length];
        Length++;
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Reserve();
        NativeBuffer data = _data ?? Allocator.Allocate(0);
        data.Length = Offsets[Length];
        _offsets!.Length = (Length + 1) * 4L;
        var array = new BinaryArray(Type, Length, _offsets, data, FinishValidity());
        _offsets = null;
        _data = null;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _offsets?.Release();
        _data?.Release();
        _offsets = null;
        _data = null;
        base.Dispose();
    }

    private void Reserve()
    {
        if (_offsets is null)
        {
            _offsets = Allocator.Allocate((_initialCapacity + 1) * 4L);
            Offsets[0] = 0;
        }

        _offsets = Grow(_offsets, (Length + 1) * 4L, (Length + 2) * 4L);
    }
}
