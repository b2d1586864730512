using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds text or bytes columns with 64-bit offsets.</summary>
public sealed unsafe class LargeBinaryBuilder : ColumnBuilder
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;
    private NativeBuffer? _data;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public LargeBinaryBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator) => _initialCapacity = Math.Max(1, capacityRows);

    private long* Offsets => (long*)_offsets!.Pointer;

    /// <summary>Appends a copy of <paramref name="value"/>.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        Reserve();
        long start = Offsets[Length];
        long end = start + value.Length;
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
        _offsets!.Length = (Length + 1) * 8L;
        var array = new LargeBinaryArray(Type, Length, _offsets, data, FinishValidity());
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
            _offsets = Allocator.Allocate((_initialCapacity + 1) * 8L);
            Offsets[0] = 0;
        }

        _offsets = Grow(_offsets, (Length + 1) * 8L, (Length + 2) * 8L);
    }
}
