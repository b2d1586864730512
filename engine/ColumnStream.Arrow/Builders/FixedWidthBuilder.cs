using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds columns of one byte width a value.</summary>
public sealed unsafe class FixedWidthBuilder : ColumnBuilder
{
    private readonly int _width;
    private NativeBuffer? _values;
    private int _capacity;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public FixedWidthBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _width = type.ByteWidth;
        InitialCapacity = Math.Max(1, capacityRows);
    }

    private int InitialCapacity { get; }

    /// <summary>Gets the address of row 0 of the rows being built; moves when the builder grows.</summary>
    public byte* Pointer => _values is null ? null : _values.Pointer;

    /// <summary>Makes room for <paramref name="rows"/> more rows.</summary>
    public void Reserve(int rows)
    {
        if (Length + rows > _capacity)
        {
            long needed = (long)Math.Max(Length + rows, InitialCapacity) * _width;
            _values = Grow(_values, (long)Length * _width, needed);
            _capacity = _width == 0 ? int.MaxValue : (int)Math.Min(int.MaxValue, _values.Capacity / _width);
        }
    }

    /// <summary>Appends one value whose size must be the byte width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append<T>(T value)
        where T : unmanaged
    {
        if (Length == _capacity)
        {
            Reserve(1);
        }

        AppendValidity(valid: true);
        Unsafe.WriteUnaligned(_values!.Pointer + ((long)Length * _width), value);
        Length++;
    }

    /// <summary>Appends one value of exactly the byte width.</summary>
    public void AppendBytes(ReadOnlySpan<byte> value)
    {
        Reserve(1);
        AppendValidity(valid: true);
        value[.._width].CopyTo(new Span<byte>(_values!.Pointer + ((long)Length * _width), _width));
        Length++;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve(1);
        AppendValidity(valid: false);
        new Span<byte>(_values!.Pointer + ((long)Length * _width), _width).Clear();
        Length++;
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        NativeBuffer values = _values ?? Allocator.Allocate(0);
        values.Length = (long)Length * _width;
        var array = new FixedWidthArray(Type, Length, values, FinishValidity());
        _values = null;
        _capacity = 0;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _values?.Release();
        _values = null;
        _capacity = 0;
        base.Dispose();
    }
}
