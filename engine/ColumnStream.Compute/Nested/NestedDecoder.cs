using System;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Nested;

/// <summary>Turns canonical bytes into rows of a nested column; made once for a type.</summary>
internal abstract class NestedDecoder
{
    /// <summary>Makes the decoder of a list, map or struct.</summary>
    public static NestedDecoder Create(DataType type) => type.Id switch
    {
        TypeId.List => new ArrayDecoder(type.Children[0].Type),
        TypeId.Map => new MapDecoder(type.KeyField.Type, type.ValueField.Type),
        TypeId.Struct => new RowDecoder(type.Children),
        _ => throw new NotSupportedException($"Type is not nested: {type}."),
    };

    /// <summary>Appends one value to a builder of the type.</summary>
    public abstract void Append(ColumnBuilder builder, Utf8 value);
}

/// <summary>Appends elements of arrays to a column.</summary>
internal sealed class ElementDecoder(DataType element)
{
    private readonly Layout _layout = NestedEncoder.LayoutOf(element);
    private readonly NestedDecoder? _nested = NestedEncoder.IsNested(element) ? NestedDecoder.Create(element) : null;

    public void Append(ColumnBuilder items, Utf8 value)
    {
        var array = new ArrayValue(value, _layout);
        switch (_layout)
        {
            case Layout.Bit:
                AppendBits(items, array);
                break;
            case Layout.Int8:
                AppendFixed<sbyte>((FixedWidthBuilder)items, array);
                break;
            case Layout.Int16:
                AppendFixed<short>((FixedWidthBuilder)items, array);
                break;
            case Layout.Int32 or Layout.Float32:
                AppendFixed<int>((FixedWidthBuilder)items, array);
                break;
            case Layout.Int64 or Layout.Float64:
                AppendFixed<long>((FixedWidthBuilder)items, array);
                break;
            case Layout.Int128:
                AppendFixed<Int128>((FixedWidthBuilder)items, array);
                break;
            default:
                AppendBytes(items, array);
                break;
        }
    }

    private static void AppendBits(ColumnBuilder items, in ArrayValue array)
    {
        for (int i = 0; i < array.Count; i++)
        {
            if (items is BooleanBuilder bits && !array.IsNull(i))
            {
                bits.Append(array.Get<bool>(i));
            }
            else
            {
                items.AppendNull();
            }
        }
    }

    private static void AppendFixed<T>(FixedWidthBuilder items, in ArrayValue array)
        where T : unmanaged
    {
        items.Reserve(array.Count);
        for (int i = 0; i < array.Count; i++)
        {
            if (array.IsNull(i))
            {
                items.AppendNull();
            }
            else
            {
                items.Append(array.Get<T>(i));
            }
        }
    }

    private void AppendBytes(ColumnBuilder items, in ArrayValue array)
    {
        for (int i = 0; i < array.Count; i++)
        {
            if (array.IsNull(i))
            {
                items.AppendNull();
            }
            else if (_nested is not null)
            {
                _nested.Append(items, array.Text(i));
            }
            else
            {
                ((ViewBuilder)items).Append(array.Text(i).Span);
            }
        }
    }
}

/// <summary>Appends arrays.</summary>
internal sealed class ArrayDecoder(DataType element) : NestedDecoder
{
    private readonly ElementDecoder _elements = new(element);

    /// <inheritdoc/>
    public override void Append(ColumnBuilder builder, Utf8 value)
    {
        var list = (ListBuilder)builder;
        _elements.Append(list.Items, value);
        list.AppendList();
    }
}

/// <summary>Appends maps.</summary>
internal sealed class MapDecoder(DataType key, DataType value) : NestedDecoder
{
    private readonly Layout _keyLayout = NestedEncoder.LayoutOf(key);
    private readonly Layout _valueLayout = NestedEncoder.LayoutOf(value);
    private readonly ElementDecoder _keys = new(key);
    private readonly ElementDecoder _values = new(value);

    /// <inheritdoc/>
    public override void Append(ColumnBuilder builder, Utf8 bytes)
    {
        var builders = (MapBuilder)builder;
        var map = new MapValue(bytes, _keyLayout, _valueLayout);
        _keys.Append(builders.Keys, map.Keys.Bytes);
        _values.Append(builders.Values, map.Values.Bytes);
        builders.AppendMap();
    }
}

/// <summary>Appends rows.</summary>
internal sealed class RowDecoder : NestedDecoder
{
    private readonly RowLayout _layout;
    private readonly NestedDecoder?[] _nested;

    public RowDecoder(ValueList<Field> fields)
    {
        var layouts = new Layout[fields.Count];
        _nested = new NestedDecoder?[fields.Count];
        for (int i = 0; i < layouts.Length; i++)
        {
            layouts[i] = NestedEncoder.LayoutOf(fields[i].Type);
            _nested[i] = NestedEncoder.IsNested(fields[i].Type) ? Create(fields[i].Type) : null;
        }

        _layout = new RowLayout(layouts);
    }

    /// <inheritdoc/>
    public override void Append(ColumnBuilder builder, Utf8 value)
    {
        var record = (StructBuilder)builder;
        var row = new RowValue(value, _layout);
        for (int i = 0; i < record.Fields.Length; i++)
        {
            if (row.IsNull(i))
            {
                record.Fields[i].AppendNull();
            }
            else if (_nested[i] is { } nested)
            {
                nested.Append(record.Fields[i], row.Text(i));
            }
            else
            {
                AppendField(record.Fields[i], row, i);
            }
        }

        record.AppendStruct();
    }

    private void AppendField(ColumnBuilder field, in RowValue row, int index)
    {
        switch (_layout[index])
        {
            case Layout.Bit:
                ((BooleanBuilder)field).Append(row.Get<bool>(index));
                break;
            case Layout.Int8:
                ((FixedWidthBuilder)field).Append(row.Get<sbyte>(index));
                break;
            case Layout.Int16:
                ((FixedWidthBuilder)field).Append(row.Get<short>(index));
                break;
            case Layout.Int32 or Layout.Float32:
                ((FixedWidthBuilder)field).Append(row.Get<int>(index));
                break;
            case Layout.Int64 or Layout.Float64:
                ((FixedWidthBuilder)field).Append(row.Get<long>(index));
                break;
            case Layout.Int128:
                ((FixedWidthBuilder)field).Append(row.Get<Int128>(index));
                break;
            default:
                ((ViewBuilder)field).Append(row.Text(index).Span);
                break;
        }
    }
}
