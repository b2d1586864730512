using System;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Writes a schema as the format's Schema table.</summary>
internal static class SchemaEncoder
{
    /// <summary>Writes the table and returns its position.</summary>
    public static int Encode(FlatBufferWriter writer, Schema schema)
    {
        int metadata = EncodeMetadata(writer, schema.Metadata);
        int fields = EncodeFields(writer, schema.Fields);
        writer.StartTable(4);
        writer.AddOffset(1, fields);
        if (metadata != 0)
        {
            writer.AddOffset(2, metadata);
        }

        writer.Add<short>(0, 0);
        return writer.EndTable();
    }

    public static int EncodeMetadata(FlatBufferWriter writer, ValueList<MetadataEntry> entries)
    {
        if (entries.Count == 0)
        {
            return 0;
        }

        var tables = new int[entries.Count];
        for (int i = 0; i < tables.Length; i++)
        {
            int key = writer.WriteString(entries[i].Key);
            int value = writer.WriteString(entries[i].Value);
            writer.StartTable(2);
            writer.AddOffset(0, key);
            writer.AddOffset(1, value);
            tables[i] = writer.EndTable();
        }

        return writer.WriteOffsets(tables);
    }

    private static int EncodeFields(FlatBufferWriter writer, ValueList<Field> fields)
    {
        var tables = new int[fields.Count];
        for (int i = 0; i < tables.Length; i++)
        {
            tables[i] = EncodeField(writer, fields[i]);
        }

        return writer.WriteOffsets(tables);
    }

    private static int EncodeField(FlatBufferWriter writer, Field field)
    {
        // A dictionary's field has the type and children of its values.
        DataType type = field.Type.Id == TypeId.Dictionary ? field.Type.Children[0].Type : field.Type;
        int metadata = EncodeMetadata(writer, field.Metadata);
        int children = EncodeFields(writer, type.Children);
        WireType wire = TypeEncoder.Encode(writer, type, out int position);
        int dictionary = field.Type.Id == TypeId.Dictionary ? EncodeDictionary(writer, field) : 0;
        int name = writer.WriteString(field.Name);
        writer.StartTable(7);
        writer.AddOffset(0, name);
        writer.AddOffset(3, position);
        if (dictionary != 0)
        {
            writer.AddOffset(4, dictionary);
        }

        writer.AddOffset(5, children);
        if (metadata != 0)
        {
            writer.AddOffset(6, metadata);
        }

        writer.Add(1, (byte)(field.Nullable ? 1 : 0));
        writer.Add(2, (byte)wire);
        return writer.EndTable();
    }

    private static int EncodeDictionary(FlatBufferWriter writer, Field field)
    {
        TypeEncoder.Encode(writer, field.Type.IndexType!, out int index);
        writer.StartTable(4);
        writer.Add(0, field.DictionaryId ?? throw new InvalidOperationException("Dictionary has no number."));
        writer.AddOffset(1, index);
        writer.Add(2, (byte)(field.Type.IsOrdered ? 1 : 0));
        return writer.EndTable();
    }
}
