using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Columns;

/// <summary>Points at one column, or one nested field, of the batch being written.</summary>
internal sealed unsafe class EncodeColumn
{
    private ArrayData? _array;
    private byte* _valid;
    private byte* _bits;

    public EncodeColumn(string name, SqlType type)
    {
        Name = name;
        Type = type;
        Kind = DecodeColumn.KindOf(type, name);
        SqlType record = type.Id is SqlTypeId.Map or SqlTypeId.Multiset ? DecodeColumn.EntryOf(type) : type;
        Children = record.Element is { } element
            ? [new EncodeColumn("item", element)]
            : Array.ConvertAll(record.Fields.Span.ToArray(), f => new EncodeColumn(f.Name, f.Type));
    }

    public string Name { get; }

    public SqlType Type { get; }

    public ColumnKind Kind { get; }

    public EncodeColumn[] Children { get; }

    /// <summary>Gets or sets what the format writes before each value.</summary>
    public byte[] Lead { get; set; } = [];

    /// <summary>Gets the unit of the bound array's timestamps.</summary>
    public TimeUnit Unit { get; private set; }

    /// <summary>Gets the address of row 0 of fixed-width values, or of a list's offsets.</summary>
    public byte* Data { get; private set; }

    /// <summary>Makes the columns of an encoder.</summary>
    public static EncodeColumn[] All(FormatContext context) =>
        Array.ConvertAll(
            context.Projection.Span.ToArray(), i => new EncodeColumn(context.Columns[i].Name, context.Columns[i].Type));

    /// <summary>Makes all columns point at a batch.</summary>
    public static void Bind(EncodeColumn[] columns, StreamBatch batch)
    {
        ArrayData[] arrays = batch.Rows.Columns;
        if (arrays.Length != columns.Length)
        {
            throw new InvariantException(9001, $"Batch has a wrong number of columns: {arrays.Length}, {columns.Length}.");
        }

        for (int i = 0; i < columns.Length; i++)
        {
            columns[i].Bind(arrays[i]);
        }
    }

    /// <summary>Makes this column point at <paramref name="array"/>, which must outlive the use.</summary>
    public void Bind(ArrayData array)
    {
        _array = array;
        _valid = array.Validity;
        Unit = array.Type.Unit;
        switch (array)
        {
            case FixedWidthArray values when values.ByteWidth == WidthOf(Kind):
                Data = values.Pointer;
                break;
            case BooleanArray flags when Kind == ColumnKind.Boolean:
                _bits = flags.Bits;
                break;
            case ListArray list when Kind == ColumnKind.List:
                Data = (byte*)list.Offsets;
                Children[0].Bind(list.Items);
                break;
            case MapArray map when Kind == ColumnKind.Map:
                Data = (byte*)map.Offsets;
                Children[0].Bind(map.Keys);
                Children[1].Bind(map.Values);
                break;
            case StructArray record when Kind == ColumnKind.Row:
                for (int i = 0; i < Children.Length; i++)
                {
                    Children[i].Bind(record.Fields[i]);
                }

                break;
            case ViewArray or BinaryArray when Kind is ColumnKind.Text or ColumnKind.Bytes:
                break;
            default:
                throw new InvariantException(9001, $"Column has another layout than its type: {Name} {Type}, {array.Type}.");
        }
    }

    /// <summary>Tells whether a row is null.</summary>
    public bool IsNull(int row) => _valid is not null && !Bitmap.Get(_valid, row);

    /// <summary>Reads a boolean.</summary>
    public bool Flag(int row) => Bitmap.Get(_bits, row);

    /// <summary>Reads text or bytes.</summary>
    public ReadOnlySpan<byte> Bytes(int row) =>
        _array is ViewArray views ? views.GetBytes(row) : ((BinaryArray)_array!).GetBytes(row);

    /// <summary>Reads a decimal.</summary>
    public Int128 Decimal(int row) =>
        Kind == ColumnKind.Decimal64 ? ((long*)Data)[row] : ((Int128*)Data)[row];

    /// <summary>Reads an integer of any width.</summary>
    public long Integer(int row) => Kind switch
    {
        ColumnKind.Int8 => ((sbyte*)Data)[row],
        ColumnKind.Int16 => ((short*)Data)[row],
        ColumnKind.Int32 => ((int*)Data)[row],
        _ => ((long*)Data)[row],
    };

    private static int WidthOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Int8 => 1,
        ColumnKind.Int16 => 2,
        ColumnKind.Int32 or ColumnKind.Float32 or ColumnKind.Date or ColumnKind.Time => 4,
        ColumnKind.Decimal128 => 16,
        _ => 8,
    };
}
