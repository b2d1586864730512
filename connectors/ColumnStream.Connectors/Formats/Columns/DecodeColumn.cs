using System;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats.Values;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Formats.Columns;

/// <summary>Holds the values of one column, or of one nested field, while rows are decoded in any field order.</summary>
/// <remarks>
/// Values are stored at a row's slot; validity begins as all ones and a null clears its bit, so that taking a row back
/// means setting bits again. Slots of list items grow; all others have the batch's size from the start.
/// </remarks>
internal sealed unsafe class DecodeColumn
{
    /// <summary>Remembers the last day of a timestamp column.</summary>
    public FastTimestamp LastDay;

    private readonly BufferAllocator _allocator;
    private readonly int _width;
    private NativeBuffer? _values;
    private NativeBuffer? _validity;

    public DecodeColumn(string name, string path, SqlType type, int capacity, BufferAllocator allocator)
    {
        Name = name;
        Path = path;
        Type = type;
        Arrow = type.ToArrow();
        Kind = KindOf(type, path);
        NameBytes = Encoding.UTF8.GetBytes(name);
        Nullable = type.Nullable;
        Capacity = capacity;
        _allocator = allocator;
        _width = WidthOf(Kind);
        Children = ChildrenOf(type, path, Math.Max(capacity, 64), allocator);
        TimestampScale = Arrow.Unit switch
        {
            TimeUnit.Millisecond => 1_000,
            TimeUnit.Microsecond => 1_000_000,
            _ => 1_000_000_000,
        };
    }

    public string Name { get; }

    public byte[] NameBytes { get; }

    /// <summary>Gets the path for messages: <c>flight.delay</c>.</summary>
    public string Path { get; }

    public SqlType Type { get; }

    public DataType Arrow { get; }

    public ColumnKind Kind { get; }

    public bool Nullable { get; }

    /// <summary>Gets units a second of a timestamp column.</summary>
    public long TimestampScale { get; }

    /// <summary>Gets whether slots are offsets into items: a list, or a map of entries.</summary>
    public bool HasItems => Kind is ColumnKind.List or ColumnKind.Map;

    /// <summary>Gets the fields of a row, the one item column of a list, or the one record of a map's key and value.</summary>
    public DecodeColumn[] Children { get; }

    public int Capacity { get; private set; }

    /// <summary>Gets or sets the items stored, for item columns of lists.</summary>
    public int Length { get; set; }

    /// <summary>Gets the address of slot 0.</summary>
    public byte* Data { get; private set; }

    /// <summary>Gets the validity bits, or null while no slot is null.</summary>
    public byte* Valid { get; private set; }

    /// <summary>Gets or sets the bytes of values that stand outside their views.</summary>
    public long LongBytes { get; set; }

    /// <summary>Allocates what a batch needs.</summary>
    public void Open()
    {
        if (_values is null && _width > 0)
        {
            _values = _allocator.Allocate(((long)Capacity + 1) * _width);
            Data = _values.Pointer;
            if (HasItems)
            {
                *(int*)Data = 0;
            }
        }

        foreach (DecodeColumn child in Children)
        {
            child.Open();
        }
    }

    /// <summary>Makes room for one more slot of an item column.</summary>
    public void EnsureSlot(int index)
    {
        if (index < Capacity)
        {
            return;
        }

        int capacity = checked(Math.Max(Capacity * 2, index + 1));
        if (_width > 0)
        {
            NativeBuffer larger = _allocator.Allocate(((long)capacity + 1) * _width);
            Buffer.MemoryCopy(Data, larger.Pointer, larger.Capacity, ((long)Capacity + 1) * _width);
            _values!.Release();
            _values = larger;
            Data = larger.Pointer;
        }

        if (Valid is not null)
        {
            NativeBuffer bits = _allocator.Allocate(Bitmap.ByteCount(capacity));
            new Span<byte>(bits.Pointer, (int)bits.Capacity).Fill(0xFF);
            Buffer.MemoryCopy(Valid, bits.Pointer, bits.Capacity, (Capacity + 7) >> 3);
            _validity!.Release();
            _validity = bits;
            Valid = bits.Pointer;
        }

        Capacity = capacity;
        if (Kind == ColumnKind.Row)
        {
            foreach (DecodeColumn child in Children)
            {
                child.EnsureSlot(index);
            }
        }
    }

    /// <summary>Stores null, in all children too.</summary>
    public void SetNull(int index)
    {
        if (Valid is null)
        {
            _validity = _allocator.Allocate(Bitmap.ByteCount(Capacity));
            Valid = _validity.Pointer;
            new Span<byte>(Valid, (int)_validity.Capacity).Fill(0xFF);
        }

        Bitmap.Clear(Valid, index);
        switch (_width)
        {
            case 1:
                Data[index] = 0;
                break;
            case 2:
                ((short*)Data)[index] = 0;
                break;
            case 4 when HasItems:
                ((int*)Data)[index + 1] = Children[0].Length;
                break;
            case 4:
                ((int*)Data)[index] = 0;
                break;
            case 8:
                ((long*)Data)[index] = 0;
                break;
            case 16:
                ((StringView*)Data)[index] = default;
                break;
            default:
                foreach (DecodeColumn child in Children)
                {
                    child.SetNull(index);
                }

                break;
        }
    }

    /// <summary>Undoes an earlier null of the slot: the value that follows counts.</summary>
    public void SetValid(int index)
    {
        if (Valid is not null)
        {
            Bitmap.Set(Valid, index);
        }
    }

    /// <summary>Takes a slot back, with everything below it.</summary>
    public void Rollback(int index)
    {
        SetValid(index);
        if (HasItems)
        {
            TruncateItems(((int*)Data)[index]);
        }
        else if (Kind == ColumnKind.Row)
        {
            foreach (DecodeColumn child in Children)
            {
                child.Rollback(index);
            }
        }
    }

    /// <summary>Takes list items back from <paramref name="length"/> on.</summary>
    public void TruncateItems(int length)
    {
        DecodeColumn item = Children[0];
        for (int i = item.Length; i-- > length;)
        {
            if (i < item.Capacity)
            {
                item.Rollback(i);
            }
        }

        item.Length = length;
    }

    /// <summary>Makes an array of the first <paramref name="rows"/> slots, owned by the caller.</summary>
    public ArrayData Finish(int rows, ColumnSet owner)
    {
        NativeBuffer? validity = TakeValidity(rows);
        if (Kind == ColumnKind.Row)
        {
            var fields = new ArrayData[Children.Length];
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] = Children[i].Finish(rows, owner);
            }

            return new StructArray(Arrow, rows, fields, validity);
        }

        NativeBuffer values = _values!;
        _values = null;
        Data = null;
        switch (Kind)
        {
            case ColumnKind.Boolean:
                return Pack(values, rows, validity);
            case ColumnKind.List:
                values.Length = (rows + 1) * 4L;
                int items = Children[0].Length;
                Children[0].Length = 0;
                return new ListArray(Arrow, rows, values, Children[0].Finish(items, owner), validity);
            case ColumnKind.Map:
                values.Length = (rows + 1) * 4L;
                int entries = Children[0].Length;
                Children[0].Length = 0;
                return new MapArray(Arrow, rows, values, (StructArray)Children[0].Finish(entries, owner), validity);
            case ColumnKind.Text or ColumnKind.Bytes:
                values.Length = rows * 16L;
                return owner.Views(this, rows, values, validity);
            default:
                values.Length = (long)rows * _width;
                return new FixedWidthArray(Arrow, rows, values, validity);
        }
    }

    /// <summary>Forgets all slots and keeps the buffers; for columns that are checked but not wanted.</summary>
    public void Clear()
    {
        _validity?.Release();
        _validity = null;
        Valid = null;
        Length = 0;
        LongBytes = 0;
        foreach (DecodeColumn child in Children)
        {
            child.Clear();
        }
    }

    /// <summary>Gives back all memory.</summary>
    public void Release()
    {
        Clear();
        _values?.Release();
        _values = null;
        Data = null;
        foreach (DecodeColumn child in Children)
        {
            child.Release();
        }
    }

    private static int WidthOf(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean or ColumnKind.Int8 => 1,
        ColumnKind.Int16 => 2,
        ColumnKind.Int32 or ColumnKind.Float32 or ColumnKind.Date or ColumnKind.Time or ColumnKind.List
            or ColumnKind.Map => 4,
        ColumnKind.Decimal128 or ColumnKind.Text or ColumnKind.Bytes => 16,
        ColumnKind.Row => 0,
        _ => 8,
    };

    /// <summary>Returns the record of a map's key and value; a multiset counts its elements.</summary>
    public static SqlType EntryOf(SqlType type) => type.Id == SqlTypeId.Map
        ? SqlType.Row([new SqlField("key", type.Key!.WithNullable(false)), new SqlField("value", type.Value!)])
        : SqlType.Row(
            [new SqlField("key", type.Element!.WithNullable(false)), new SqlField("value", SqlType.Integer.WithNullable(false))]);

    public static ColumnKind KindOf(SqlType type, string path) => type.Id switch
    {
        SqlTypeId.Boolean => ColumnKind.Boolean,
        SqlTypeId.TinyInt => ColumnKind.Int8,
        SqlTypeId.SmallInt => ColumnKind.Int16,
        SqlTypeId.Integer => ColumnKind.Int32,
        SqlTypeId.BigInt => ColumnKind.Int64,
        SqlTypeId.Float => ColumnKind.Float32,
        SqlTypeId.Double => ColumnKind.Float64,
        SqlTypeId.Decimal => type.Precision <= 18 ? ColumnKind.Decimal64 : ColumnKind.Decimal128,
        SqlTypeId.Char or SqlTypeId.VarChar => ColumnKind.Text,
        SqlTypeId.Binary or SqlTypeId.VarBinary => ColumnKind.Bytes,
        SqlTypeId.Date => ColumnKind.Date,
        SqlTypeId.Time => ColumnKind.Time,
        SqlTypeId.Timestamp => ColumnKind.Timestamp,
        SqlTypeId.TimestampLtz => ColumnKind.TimestampLtz,
        SqlTypeId.Array => ColumnKind.List,
        SqlTypeId.Map or SqlTypeId.Multiset => ColumnKind.Map,
        SqlTypeId.IntervalYearMonth => ColumnKind.Int32,
        SqlTypeId.IntervalDayTime => ColumnKind.Int64,
        SqlTypeId.Row => ColumnKind.Row,
        _ => throw new UserException(FormatErrors.BadType, $"Column has a type that formats cannot hold: {path} {type}."),
    };

    private static DecodeColumn[] ChildrenOf(SqlType type, string path, int capacity, BufferAllocator allocator)
    {
        if (type.Id == SqlTypeId.Array)
        {
            return [new DecodeColumn("item", path + "[]", type.Element!, capacity, allocator)];
        }

        if (type.Id is SqlTypeId.Map or SqlTypeId.Multiset)
        {
            return [new DecodeColumn("entries", path, EntryOf(type), capacity, allocator)];
        }

        var children = new DecodeColumn[type.Fields.Count];
        for (int i = 0; i < children.Length; i++)
        {
            SqlField field = type.Fields[i];
            string below = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            children[i] = new DecodeColumn(field.Name, below, field.Type, capacity, allocator);
        }

        return children;
    }

    private NativeBuffer? TakeValidity(int rows)
    {
        NativeBuffer? bits = _validity;
        if (bits is null)
        {
            return null;
        }

        _validity = null;
        Valid = null;
        bits.Length = (rows + 7) >> 3;
        if ((rows & 7) != 0)
        {
            bits.Pointer[rows >> 3] &= (byte)((1 << (rows & 7)) - 1);
        }

        return bits;
    }

    private BooleanArray Pack(NativeBuffer values, int rows, NativeBuffer? validity)
    {
        NativeBuffer bits = _allocator.AllocateZeroed(Bitmap.ByteCount(rows));
        for (int i = 0; i < rows; i++)
        {
            bits.Pointer[i >> 3] |= (byte)(values.Pointer[i] << (i & 7));
        }

        values.Release();
        bits.Length = (rows + 7) >> 3;
        return new BooleanArray(rows, bits, validity);
    }
}
