using System;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Writes rows of a nested column as canonical bytes; made once for a type, one thread.</summary>
internal abstract class NestedEncoder
{
    /// <summary>Makes the encoder of a list, map or struct.</summary>
    public static NestedEncoder Create(DataType type) => type.Id switch
    {
        TypeId.List => new ArrayEncoder(type.Children[0].Type),
        TypeId.Map => new MapEncoder(type.KeyField.Type, type.ValueField.Type),
        TypeId.Struct => new RowEncoder(type.Children),
        _ => throw new NotSupportedException($"Type is not nested: {type}."),
    };

    /// <summary>Tells whether a type has an encoder.</summary>
    public static bool IsNested(DataType type) => type.Id is TypeId.List or TypeId.Map or TypeId.Struct;

    /// <summary>Returns how values of a column of this type stand in bytes.</summary>
    public static Layout LayoutOf(DataType type) => type.Id switch
    {
        TypeId.Null or TypeId.Bool => Layout.Bit,
        TypeId.Float32 => Layout.Float32,
        TypeId.Float64 => Layout.Float64,
        _ => type.ByteWidth switch
        {
            1 => Layout.Int8,
            2 => Layout.Int16,
            4 => Layout.Int32,
            8 => Layout.Int64,
            16 when type.Id == TypeId.Decimal128 => Layout.Int128,
            _ => Layout.View,
        },
    };

    /// <summary>Writes a row that is not null behind what <paramref name="target"/> holds.</summary>
    public abstract void Encode(ArrayData array, int row, ByteWriter target);

    /// <summary>Gets the bytes of a value of text or bytes.</summary>
    protected static ReadOnlySpan<byte> BytesOf(ArrayData array, int row) => array switch
    {
        ViewArray views => views.GetBytes(row),
        BinaryArray binary => binary.GetBytes(row),
        _ => throw new NotSupportedException($"Column has no bytes: {array.Type}."),
    };
}

/// <summary>Writes ranges of a child column as arrays.</summary>
internal sealed unsafe class ArrayEncoder(DataType element) : NestedEncoder
{
    private readonly Layout _layout = LayoutOf(element);
    private readonly NestedEncoder? _nested = IsNested(element) ? Create(element) : null;

    /// <inheritdoc/>
    public override void Encode(ArrayData array, int row, ByteWriter target)
    {
        var list = (ListArray)array;
        Encode(list.Items, list.Offsets[row], list.Offsets[row + 1] - list.Offsets[row], target);
    }

    /// <summary>Writes rows [start, start + count) of a column as one array.</summary>
    public void Encode(ArrayData items, int start, int count, ByteWriter target)
    {
        bool hasNulls = HasNulls(items, start, count);
        target.Add((count << 1) | (hasNulls ? 1 : 0));
        int nulls = target.Length;
        if (hasNulls)
        {
            byte* bits = target.AddZeros((count + 7) >> 3);
            for (int i = 0; i < count; i++)
            {
                Bitmap.Write(bits, i, items.IsNull(start + i));
            }
        }

        switch (_layout)
        {
            case Layout.Bit:
                EncodeBits(items as BooleanArray, start, count, target);
                break;
            case Layout.View:
                EncodeBytes(items, start, count, target);
                break;
            default:
                EncodeFixed((FixedWidthArray)items, start, count, hasNulls ? nulls : -1, target);
                break;
        }
    }

    private static bool HasNulls(ArrayData items, int start, int count)
    {
        if (items is NullArray)
        {
            return count > 0;
        }

        for (int i = 0; items.Validity is not null && i < count; i++)
        {
            if (items.IsNull(start + i))
            {
                return true;
            }
        }

        return false;
    }

    private static void EncodeBits(BooleanArray? items, int start, int count, ByteWriter target)
    {
        byte* bits = target.AddZeros((count + 7) >> 3);
        for (int i = 0; items is not null && i < count; i++)
        {
            Bitmap.Write(bits, i, items.GetValue(start + i) && !items.IsNull(start + i));
        }
    }

    private void EncodeFixed(FixedWidthArray items, int start, int count, int nulls, ByteWriter target)
    {
        int width = items.ByteWidth;
        byte* values = target.Extend(count * width);
        Buffer.MemoryCopy(items.Pointer + ((long)start * width), values, (long)count * width, (long)count * width);
        byte* bits = nulls < 0 ? null : target.Pointer + nulls;
        for (int i = 0; bits is not null && i < count; i++)
        {
            if (Bitmap.Get(bits, i))
            {
                Unsafe.InitBlockUnaligned(values + ((long)i * width), 0, (uint)width);
            }
        }

        if (_layout == Layout.Float64)
        {
            CanonicalAll<double>(values, count);
        }
        else if (_layout == Layout.Float32)
        {
            CanonicalAll<float>(values, count);
        }
    }

    private void EncodeBytes(ArrayData items, int start, int count, ByteWriter target)
    {
        int ends = target.Length;
        target.Extend(count * 4);
        int payload = target.Length;
        for (int i = 0; i < count; i++)
        {
            if (!items.IsNull(start + i))
            {
                if (_nested is not null)
                {
                    _nested.Encode(items, start + i, target);
                }
                else
                {
                    target.Add(BytesOf(items, start + i));
                }
            }

            Unsafe.WriteUnaligned(target.Pointer + ends + (i * 4), target.Length - payload);
        }
    }

    private static void CanonicalAll<T>(byte* values, int count)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            byte* at = values + ((long)i * sizeof(T));
            Unsafe.WriteUnaligned(at, Canonical.Of(Unsafe.ReadUnaligned<T>(at)));
        }
    }
}

/// <summary>Writes maps; entries that are not in order of their keys are sorted.</summary>
internal sealed unsafe class MapEncoder(DataType key, DataType value) : NestedEncoder
{
    private readonly ArrayEncoder _keys = new(key);
    private readonly ArrayEncoder _values = new(value);
    private readonly MapWriter _writer = new(LayoutOf(key), LayoutOf(value));
    private readonly Layout _keyLayout = LayoutOf(key);
    private readonly Layout _valueLayout = LayoutOf(value);
    private readonly ByteWriter _keyBytes = new();
    private readonly ByteWriter _valueBytes = new();

    /// <inheritdoc/>
    public override void Encode(ArrayData array, int row, ByteWriter target)
    {
        var map = (MapArray)array;
        int start = map.Offsets[row];
        int count = map.Offsets[row + 1] - start;
        _keyBytes.Clear();
        _valueBytes.Clear();
        _keys.Encode(map.Keys, start, count, _keyBytes);
        _values.Encode(map.Values, start, count, _valueBytes);
        _writer.Write(
            new ArrayValue(new Utf8(_keyBytes.Pointer, _keyBytes.Length, -1, 0), _keyLayout),
            new ArrayValue(new Utf8(_valueBytes.Pointer, _valueBytes.Length, -1, 0), _valueLayout),
            target);
    }
}

/// <summary>Writes structs as rows.</summary>
internal sealed unsafe class RowEncoder : NestedEncoder
{
    private readonly RowLayout _layout;
    private readonly NestedEncoder?[] _nested;

    public RowEncoder(ValueList<Field> fields)
    {
        var layouts = new Layout[fields.Count];
        _nested = new NestedEncoder?[fields.Count];
        for (int i = 0; i < layouts.Length; i++)
        {
            layouts[i] = LayoutOf(fields[i].Type);
            _nested[i] = IsNested(fields[i].Type) ? Create(fields[i].Type) : null;
        }

        _layout = new RowLayout(layouts);
    }

    /// <inheritdoc/>
    public override void Encode(ArrayData array, int row, ByteWriter target)
    {
        ArrayData[] fields = ((StructArray)array).Fields;
        int start = target.Length;
        target.AddZeros(_layout.FixedBytes);
        for (int i = 0; i < fields.Length; i++)
        {
            ArrayData field = fields[i];
            bool isNull = field is NullArray || field.IsNull(row);
            if (isNull)
            {
                target.Pointer[start + (i >> 3)] |= (byte)(1 << (i & 7));
            }

            if (_layout[i] == Layout.View)
            {
                if (!isNull && _nested[i] is { } nested)
                {
                    nested.Encode(field, row, target);
                }
                else if (!isNull)
                {
                    target.Add(BytesOf(field, row));
                }

                int end = target.Length - start - _layout.FixedBytes;
                Unsafe.WriteUnaligned(target.Pointer + start + _layout.Slot(i), end);
            }
            else if (!isNull)
            {
                EncodeFixed(field, row, _layout[i], target.Pointer + start + _layout.Slot(i));
            }
        }
    }

    private static void EncodeFixed(ArrayData field, int row, Layout layout, byte* slot)
    {
        if (field is BooleanArray bits)
        {
            *slot = bits.GetValue(row) ? (byte)1 : (byte)0;
            return;
        }

        int width = Layouts.Width(layout);
        byte* value = ((FixedWidthArray)field).Pointer + ((long)row * width);
        switch (layout)
        {
            case Layout.Float32:
                Unsafe.WriteUnaligned(slot, Canonical.Of(*(float*)value));
                break;
            case Layout.Float64:
                Unsafe.WriteUnaligned(slot, Canonical.Of(*(double*)value));
                break;
            default:
                Unsafe.CopyBlockUnaligned(slot, value, (uint)width);
                break;
        }
    }
}
