using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds one-bit columns.</summary>
public sealed unsafe class BooleanBuilder : ColumnBuilder
{
    private readonly int _initialCapacity;
    private NativeBuffer? _bits;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public BooleanBuilder(BufferAllocator allocator, int capacityRows = 4096)
        : base(DataType.Bool, allocator) => _initialCapacity = Math.Max(1, capacityRows);

    /// <summary>Appends one value.</summary>
    public void Append(bool value)
    {
        AppendValidity(valid: true);
        Write(value);
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        AppendValidity(valid: false);
        Write(value: false);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        NativeBuffer bits = _bits ?? Allocator.Allocate(0);
        TrimBits(bits);
        var array = new BooleanArray(Length, bits, FinishValidity());
        _bits = null;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _bits?.Release();
        _bits = null;
        base.Dispose();
    }

    private void Write(bool value)
    {
        if (_bits is null || Length >= _bits.Capacity * 8)
        {
            _bits = Grow(_bits, (Length + 7) >> 3, Bitmap.ByteCount(Math.Max(Length + 1, _initialCapacity)));
        }

        Bitmap.Write(_bits.Pointer, Length, value);
        Length++;
    }
}
