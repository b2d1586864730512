using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>
/// Builds unions: append one value to one of <see cref="Fields"/>, then <see cref="AppendUnion"/> closes the row.
/// </summary>
/// <remarks>A union has no null rows of its own: <see cref="AppendNull"/> makes the first child's value null.</remarks>
public sealed unsafe class UnionBuilder : ColumnBuilder
{
    private readonly FixedWidthBuilder _codes;
    private readonly FixedWidthBuilder? _offsets;
    private readonly sbyte[]? _childOfCode;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> rows.</summary>
    public UnionBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _codes = new FixedWidthBuilder(DataType.Int8, allocator, capacityRows);
        _offsets = type.Id == TypeId.DenseUnion ? new FixedWidthBuilder(DataType.Int32, allocator, capacityRows) : null;
        _childOfCode = UnionArray.ChildOfCode(type);
        Fields = new ColumnBuilder[type.Children.Count];
        for (int i = 0; i < Fields.Length; i++)
        {
            Fields[i] = Create(type.Children[i].Type, allocator, capacityRows);
        }
    }

    /// <summary>Gets the builders of the children.</summary>
    public ColumnBuilder[] Fields { get; }

    /// <summary>Closes a row whose value was appended to child <paramref name="field"/>.</summary>
    /// <exception cref="InvalidOperationException">The child has no value for the row.</exception>
    public void AppendUnion(int field)
    {
        ColumnBuilder child = Fields[field];
        if (_offsets is null)
        {
            if (child.Length != Length + 1)
            {
                throw new InvalidOperationException($"Union's child has a wrong length: {child.Length}, {Length + 1}.");
            }

            foreach (ColumnBuilder other in Fields)
            {
                if (!ReferenceEquals(other, child))
                {
                    other.Truncate(Math.Min(other.Length, Length));
                    other.AppendNull();
                }
            }
        }
        else if (child.Length == 0)
        {
            throw new InvalidOperationException("Union's child has no value.");
        }

        _offsets?.Append(child.Length - 1);
        _codes.Append(Type.TypeCodes[field]);
        Length++;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The union has no children.</exception>
    public override void AppendNull()
    {
        if (Fields.Length == 0)
        {
            throw new InvalidOperationException("Union has no child that could be null.");
        }

        if (_offsets is null)
        {
            Fields[0].Truncate(Math.Min(Fields[0].Length, Length));
        }

        Fields[0].AppendNull();
        AppendUnion(0);
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        for (int row = Length - 1; row >= length && _offsets is not null; row--)
        {
            sbyte code = ((sbyte*)_codes.Pointer)[row];
            int child = _childOfCode is null ? code : _childOfCode[code];
            Fields[child].Truncate(((int*)_offsets.Pointer)[row]);
        }

        for (int i = 0; i < Fields.Length && _offsets is null; i++)
        {
            Fields[i].Truncate(Math.Min(Fields[i].Length, length));
        }

        base.Truncate(length);
        _codes.Truncate(length);
        _offsets?.Truncate(length);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        var fields = new ArrayData[Fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            if (_offsets is null)
            {
                Fields[i].Truncate(Length);
            }

            fields[i] = Fields[i].Finish();
        }

        var array = new UnionArray(Type, Length, Buffer(_codes)!, Buffer(_offsets), fields);
        Length = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _codes.Dispose();
        _offsets?.Dispose();
        foreach (ColumnBuilder field in Fields)
        {
            field.Dispose();
        }

        base.Dispose();
    }

    private static NativeBuffer? Buffer(FixedWidthBuilder? builder)
    {
        if (builder is null)
        {
            return null;
        }

        var array = (FixedWidthArray)builder.Finish();
        NativeBuffer buffer = array.ValuesBuffer.Retain();
        array.Release();
        return buffer;
    }
}
