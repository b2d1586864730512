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
            throw new IpcException(
                "Schema is not supported. Field schema: big-endian.", table.Reader.FilePosition + table.Position)
            {
                UnsupportedType = "big-endian",
            };
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

        FlatVector vector = table.GetVector(5, 4);
        var wire = (WireType)table.Get<byte>(2, 0);
        Spend(table, path.Length);
        var children = new Field[Spend(table, vector.Count)];
        for (int i = 0; i < children.Length; i++)
        {
            children[i] = DecodeField(table.GetItem(vector, i), path, depth + 1);
        }

        DataType type = TypeDecoder.Decode(table, wire, path, children);
        long? dictionary = null;
        if (table.Has(4))
        {
            FlatTable encoding = table.GetTable(4, "dictionary");
            DataType index = encoding.Has(1)
                ? TypeDecoder.DecodeInt(encoding.GetTable(1, "index type"), path)
                : DataType.Int32;
            type = DataType.Dictionary(index, type, encoding.Get<byte>(2, 0) != 0);
            dictionary = encoding.Get<long>(0, 0);
        }

        return new Field(name, type, table.Get<byte>(1, 0) != 0)
        {
            Metadata = DecodeMetadata(table, 6),
            DictionaryId = dictionary,
        };
    }

    /// <summary>Reads key-value metadata, that of messages and footers too.</summary>
    public static ValueList<MetadataEntry> DecodeEntries(FlatTable table, int field)
    {
        var decoder = new SchemaDecoder(table.Reader.Length);
        return decoder.DecodeMetadata(table, field);
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
}
