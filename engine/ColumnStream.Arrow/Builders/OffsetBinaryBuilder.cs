using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns with offsets of type <typeparamref name="T"/>.</summary>
public abstract unsafe class OffsetBinaryBuilder<T> : ColumnBuilder
    where T : unmanaged, IBinaryInteger<T>
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;
    private NativeBuffer? _data;

    private protected OffsetBinaryBuilder(DataType type, BufferAllocator allocator, int capacityRows)
        : base(type, allocator) => _initialCapacity = Math.Max(1, capacityRows);

    private T* Offsets => (T*)_offsets!.Pointer;

    /// <summary>Appends a copy of <paramref name="value"/>.</summary>
    /// <exception cref="OverflowException">The column would exceed what its offsets count: 2 GiB with 32 bits.</exception>
    public void Append(ReadOnlySpan<byte> value)
    {
        Reserve();
        long start = long.CreateTruncating(Offsets[Length]);
        var end = T.CreateChecked(start + value.Length);
        _data = Grow(_data, start, Math.Max(start + value.Length, 1024));
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
        data.Length = long.CreateTruncating(Offsets[Length]);
        _offsets!.Length = (Length + 1L) * sizeof(T);
        ArrayData array = Make(_offsets, data, FinishValidity());
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

    /// <summary>Makes the array of the rows so far, which takes over the buffers.</summary>
    private protected abstract ArrayData Make(NativeBuffer offsets, NativeBuffer data, NativeBuffer? validity);

    private void Reserve()
    {
        if (_offsets is null)
        {
            _offsets = Allocator.Allocate((_initialCapacity + 1L) * sizeof(T));
            Offsets[0] = T.Zero;
        }

        _offsets = Grow(_offsets, (Length + 1L) * sizeof(T), (Length + 2L) * sizeof(T));
    }
}
