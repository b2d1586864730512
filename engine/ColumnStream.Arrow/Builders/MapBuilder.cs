using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds map columns: append equally many to <see cref="Keys"/> and <see cref="Values"/>, then <see cref="AppendMap"/>.
/// </summary>
/// <remarks>Keys are taken as they come: whoever appends makes them distinct and not null.</remarks>
public sealed unsafe class MapBuilder : ColumnBuilder
{
    private readonly int _initialCapacity;
    private NativeBuffer? _offsets;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public MapBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _initialCapacity = Math.Max(1, capacityRows);
        Keys = Create(type.KeyField.Type, allocator, capacityRows);
        Values = Create(type.ValueField.Type, allocator, capacityRows);
    }

    /// <summary>Gets the builder of the keys.</summary>
    public ColumnBuilder Keys { get; }

    /// <summary>Gets the builder of the values.</summary>
    public ColumnBuilder Values { get; }

    private int* Offsets => (int*)_offsets!.Pointer;

    /// <summary>Closes a row that holds all keys and values appended since the last one.</summary>
    /// <exception cref="InvalidOperationException">There are more keys than values, or the other way round.</exception>
    public void AppendMap()
    {
        if (Keys.Length != Values.Length)
        {
            throw new InvalidOperationException($"Map has unequal keys and values: {Keys.Length}, {Values.Length}.");
        }

        Reserve();
        AppendValidity(valid: true);
        Offsets[++Length] = Keys.Length;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Reserve();
        TruncateEntries(Length);
        AppendValidity(valid: false);
        Offsets[Length + 1] = Offsets[Length];
        Length++;
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        Reserve();
        TruncateEntries(length);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Reserve();
        TruncateEntries(Length);
        int entries = Keys.Length;
        _offsets!.Length = (Length + 1) * 4L;
        DataType entryType = Type.Children[0].Type;
        var child = new StructArray(entryType, entries, [Keys.Finish(), Values.Finish()], null);
        var array = new MapArray(Type, Length, _offsets, child, FinishValidity());
        _offsets = null;
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _offsets?.Release();
        _offsets = null;
        Keys.Dispose();
        Values.Dispose();
        base.Dispose();
    }

    private void TruncateEntries(int row)
    {
        Keys.Truncate(Math.Min(Keys.Length, Offsets[row]));
        Values.Truncate(Math.Min(Values.Length, Offsets[row]));
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
