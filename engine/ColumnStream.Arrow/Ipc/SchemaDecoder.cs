using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>
/// Makes a schema of the format's Schema table; refuses types that are not read here by field and name.
/// </summary>
internal ref struct SchemaDecoder
{
    private long _budget;

    private SchemaDecoder(int metadataBytes) => _budget = (4L * metadataBytes) + (1 << 16);

    public static Schema Decode(FlatTable table)
    {
        var decoder = new SchemaDecoder(table.Reader.Length);
        if (table.Get<short>(0, 0) != 0)
        {
            throw Unsupported(table, "schema", "big-endian");
        }

        FlatVector vector = table.GetVector(1, 4);
        var fields = new Field[decoder.Spend(table, vector.Count)];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = decoder.DecodeField(table.GetItem(vector, i), string.Empty, depth: 0);
        }

        return new Schema(ValueList.Create<Field>(fields)) { Metadata = decoder.DecodeMetadata(table, 2) };
    }

    /// <summary>Counts decoded fields and bytes: shared tables could make a small message expand without end.</summary>
    private int Spend(FlatTable table, int amount)
    {
        _budget -= amount;
        return _budget >= 0
            ? amount
            : throw table.Reader.Error("Metadata expands beyond its size.", table.Position);
    }

    private Field DecodeField(FlatTable table, string parent, int depth)
    {
        Spend(table, 1);
        string name = GetString(table, 0) ?? string.Empty;
        string path = parent.Length == 0 ? name : $"{parent}.{name}";
        if (depth >= Wire.MaxDepth)
        {
            throw table.Reader.Error($"Types are nested too deeply: {Wire.MaxDepth}.", table.Position);
        }

        if (table.Has(4))
        {
            throw Unsupported(table, path, "dictionary");
        }

        FlatVector vector = table.GetVector(5, 4);
        var wire = (WireType)table.Get<byte>(2, 0);
        if (wire is not (WireType.List or WireType.Struct or WireType.Map) && vector.Count != 0)
        {
            throw wire is WireType.Union or WireType.FixedSizeList or WireType.LargeList
                or WireType.RunEndEncoded or WireType.ListView or WireType.LargeListView
                ? Unsupported(table, path, Name(wire))
                : table.Reader.Error($"Type has children: {path}, {wire}.", table.Position);
        }

        Spend(table, path.Length);
        var children = new Field[Spend(table, vector.Count)];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = DecodeField(table.GetItem(vector, i), path, depth + 1);
        }

        DataType type = DecodeType(table, wire, path, children);
        return new Field(name, type, table.Get<byte>(1, 0) != 0) { Metadata = DecodeMetadata(table, 6) };
    }

    private readonly DataType DecodeType(FlatTable field, WireType wire, string path, Field[] children)
    {
        FlatTable type = field.GetTable(3, "type");
        switch (wire)
        {
            case WireType.Null:
                return DataType.Null;
            case WireType.Bool:
                return DataType.Bool;
            case WireType.Utf8:
                return DataType.Utf8;
            case WireType.Binary:
                return DataType.Binary;
            case WireType.Utf8View:
                return DataType.Utf8View;
            case WireType.BinaryView:
                return DataType.BinaryView;
            case WireType.Int:
                return DecodeInt(type, path);
            case WireType.FloatingPoint:
                return type.Get<short>(0, 0) switch
                {
                    1 => DataType.Float32,
                    2 => DataType.Float64,
                    0 => throw Unsupported(field, path, "float16"),
                    short precision => throw Invalid(field, path, $"float of precision {precision}"),
                };
            case WireType.Decimal:
                return DecodeDecimal(type, path);
            case WireType.FixedSizeBinary:
                int bytes = type.Get(0, 0);
                return bytes >= 0
                    ? DataType.FixedSizeBinary(bytes)
                    : throw Invalid(field, path, $"fixed-size binary of {bytes} bytes");
            case WireType.Date or WireType.Time or WireType.Timestamp or WireType.Duration:
                return DecodeTemporal(type, wire, path);
            case WireType.List:
                return children.Length == 1
                    ? DataType.List(children[0])
                    : throw Invalid(field, path, $"list of {children.Length} children");
            case WireType.Map:
                return children is [{ Type: { Id: TypeId.Struct, Children.Count: 2 } }]
                    ? new DataType(TypeId.Map) { Children = [children[0]], IsOrdered = type.Get<byte>(0, 0) != 0 }
                    : throw Invalid(field, path, "map whose child is not a struct of two");
            case WireType.Struct:
                return DataType.Struct(children);
            default:
                throw Unsupported(field, path, Name(wire));
        }
    }

    private static DataType DecodeInt(FlatTable type, string path)
    {
        bool signed = type.Get<byte>(1, 0) != 0;
        return type.Get(0, 0) switch
        {
            8 => signed ? DataType.Int8 : new DataType(TypeId.UInt8),
            16 => signed ? DataType.Int16 : new DataType(TypeId.UInt16),
            32 => signed ? DataType.Int32 : new DataType(TypeId.UInt32),
            64 => signed ? DataType.Int64 : new DataType(TypeId.UInt64),
            int bits => throw Invalid(type, path, $"integer of {bits} bits"),
        };
    }

    private static DataType DecodeDecimal(FlatTable type, string path)
    {
        int precision = type.Get(0, 0);
        int scale = type.Get(1, 0);
        int bits = type.Get(2, 128);
        if (bits is 32 or 256)
        {
            throw Unsupported(type, path, $"decimal{bits}");
        }

        return bits switch
        {
            64 when precision is >= 1 and <= 18 => DataType.Decimal64(precision, scale),
            128 when precision is >= 1 and <= 38 => DataType.Decimal128(precision, scale),
            _ => throw Invalid(type, path, $"decimal({precision}, {scale}) of {bits} bits"),
        };
    }

    private static DataType DecodeTemporal(FlatTable type, WireType wire, string path)
    {
        short unit = type.Get<short>(0, (short)(wire == WireType.Timestamp ? 0 : 1));
        if (unit is < 0 or > 3 || (wire == WireType.Date && unit > 1))
        {
            throw Invalid(type, path, $"{wire} in unit {unit}");
        }

        var timeUnit = (TimeUnit)unit;
        int bits = wire == WireType.Time ? type.Get(1, 32) : 64;
        return wire switch
        {
            WireType.Date => unit == 0 ? DataType.Date32 : new DataType(TypeId.Date64),
            WireType.Timestamp => DataType.Timestamp(timeUnit, type.GetString(1)),
            WireType.Duration => new DataType(TypeId.Duration) { Unit = timeUnit },
            _ when bits == 32 && timeUnit <= TimeUnit.Millisecond => DataType.Time32(timeUnit),
            _ when bits == 64 && timeUnit >= TimeUnit.Microsecond => DataType.Time64(timeUnit),
            _ => throw Invalid(type, path, $"{wire} of {bits} bits in {timeUnit}"),
        };
    }

    private ValueList<MetadataEntry> DecodeMetadata(FlatTable table, int field)
    {
        FlatVector vector = table.GetVector(field, 4);
        var entries = new MetadataEntry[Spend(table, vector.Count)];
        for (int i = 0; i < entries.Length; i++)
        {
            FlatTable entry = table.GetItem(vector, i);
            entries[i] = new MetadataEntry(
                GetString(entry, 0) ?? string.Empty, GetString(entry, 1) ?? string.Empty);
        }

        return ValueList.Create<MetadataEntry>(entries);
    }

    private string? GetString(FlatTable table, int field)
    {
        Spend(table, table.GetVector(field, 1).Count);
        return table.GetString(field);
    }

    private static string Name(WireType wire) => wire.ToString().ToLowerInvariant();

    private static IpcException Invalid(FlatTable table, string path, string what) =>
        table.Reader.Error($"Type does not exist in the format. Field {path}: {what}.", table.Position);

    private static IpcException Unsupported(FlatTable table, string path, string what) =>
        new($"Type is not supported. Field {path}: {what}.", table.Reader.FilePosition + table.Position)
        {
            UnsupportedType = what,
        };
}
